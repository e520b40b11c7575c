import { all, any, type Condition, compare, equals, type Runtime } from '../../../src/index.ts';
import { filterMoment } from '../commands/options.ts';
import { securityErrors } from '../errors.ts';
import { findCalled, requireKey } from '../keys/end-key.ts';

/** Which entries: as the options of `audit list` and `audit export` have it. */
export interface EntryFilter {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly key?: string;
  readonly model?: string;
  readonly tool?: string;
  readonly outcome?: string;
  readonly stage?: string;
  readonly address?: string;
  readonly trace?: string;
}

const outcomes = ['ok', 'denied', 'error'];

/** Throws FILTER_INVALID and KEY_NOT_FOUND. */
export async function filterCondition(runtime: Runtime, filter: EntryFilter): Promise<Condition> {
  const { user, key, model, tool, outcome, stage, address, trace } = filter;
  const conditions: Condition[] = periodConditions(runtime, filter);
  if (user !== undefined) conditions.push(equals('user_login', user));
  if (key !== undefined) conditions.push(equals('credential_label', await labelOf(runtime, key)));
  if (model !== undefined) conditions.push(touchesModel(model));
  if (tool !== undefined) conditions.push(equals('tool', tool));
  if (stage !== undefined) conditions.push(equals('stage', stage));
  if (address !== undefined) conditions.push(equals('address', address));
  if (trace !== undefined) conditions.push(equals('trace_id', traceId(trace)));
  if (outcome !== undefined) {
    if (!outcomes.includes(outcome)) {
      throw securityErrors.FILTER_INVALID({ message: `--outcome: expected ${outcomes.join(', ')}.` });
    }
    conditions.push(equals('outcome', outcome));
  }
  return all(...conditions);
}

/** `since` and `until`, as ISO 8601. Throws FILTER_INVALID. */
export function periodOf(
  runtime: Runtime,
  { since, until }: Pick<EntryFilter, 'since' | 'until'>,
): { since: string | undefined; until: string | undefined } {
  const now = runtime.now();
  return {
    since: since === undefined ? undefined : filterMoment('since', since, now),
    until: until === undefined ? undefined : filterMoment('until', until, now),
  };
}

function periodConditions(runtime: Runtime, filter: EntryFilter): Condition[] {
  const { since, until } = periodOf(runtime, filter);
  return [
    ...(since === undefined ? [] : [timeCondition('>=', since)]),
    ...(until === undefined ? [] : [timeCondition('<', until)]),
  ];
}

export function timeCondition(operator: '>=' | '>' | '<', value: string): Condition {
  return compare('time', operator, value);
}

/** Named or reached, alone or among others. */
function touchesModel(model: string): Condition {
  const among = [{ wildcard: 'any' }, ` ${model} `, { wildcard: 'any' }] as const;
  return any(equals('model', model), { kind: 'match', field: 'models', pattern: among, fold: false });
}

function traceId(text: string): string {
  if (!/^[0-9a-f]{32}$/i.test(text)) {
    throw securityErrors.FILTER_INVALID({ message: `--trace: expected a trace id, 32 hex digits, not "${text}".` });
  }
  return text.toLowerCase();
}

/** What is no key and looks like a prefix is taken as one: entries of keys that never existed can be found too. */
async function labelOf(runtime: Runtime, reference: string): Promise<string> {
  const isLikePrefix = /^[0-9A-Za-z]{8}$/.test(reference);
  const found = await (isLikePrefix ? findCalled : requireKey)(runtime, reference);
  return found ? String(found.prefix) : reference;
}
