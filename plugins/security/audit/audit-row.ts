import type { AuditEntry, Call, Reached } from '../../../src/index.ts';
import { safeText } from './safe-text.ts';

/** What an entry says, without its place in the chain. */
export type AuditContent = ReturnType<typeof auditContent>;

/** Ids that a call names, true or not, and all of them together with those of the records that it reached. */
const maxNamedIds = 100;
const maxIds = 1_000;
export const maxFields = 200;
export const maxModels = 50;

/** One call as a row of the log. Values, arguments and secrets take no part in it. `userAgent` and the like are cut. */
export function auditContent({ call, outcome, reached, durationMs }: AuditEntry) {
  const { principal, client } = call;
  const touched = summarise(call, reached);
  const said = outcome.kind === 'ok' ? outcome.note : outcome;
  return {
    time: new Date(call.receivedAt).toISOString(),
    call_id: call.id,
    trace_id: call.trace?.traceId ?? null,
    transport: call.transport,
    method: safeText(call.method, 100),
    tool: call.target === undefined ? null : safeText(call.target, 255),
    model: touched.models[0] ?? null,
    models: touched.models.length > 1 ? ` ${touched.models.join(' ')} ` : null,
    record_ids: touched.ids.length > 0 ? touched.ids : null,
    unlisted: touched.unlisted.length > 0 ? touched.unlisted : null,
    fields: touched.fields.length > 0 ? touched.fields : null,
    domain: touched.domain,
    credential_kind: principal?.credential.kind ?? null,
    credential_id: principal?.credential.id ?? null,
    credential_label: principal?.credential.label ?? claimedLabel(call.presented),
    user_id: principal?.user.id ?? null,
    user_login: principal?.user.login ?? null,
    session_id: call.session?.id ?? null,
    address: safeText(call.address, 64),
    client_name: safeText(client.name, 128),
    client_version: safeText(client.version, 64),
    user_agent: safeText(client.userAgent, 255),
    outcome: outcome.kind,
    stage: outcome.kind === 'denied' ? outcome.stage : null,
    code: said?.code ?? null,
    reason: said ? safeText(said.reason, 1000) : null,
    touched: touched.count,
    duration_us: Math.round(durationMs * 1000),
  };
}

/**
 * A model of which an answer said more than `record_ids` names. `figures`: aggregates and counts. `more`: records beyond
 * those that are kept. `matched`: how many records matched in all, with some of them on other pages.
 */
export type Unlisted = readonly [model: string, how: 'figures' | 'more' | 'matched'];

interface Summary {
  readonly models: string[];
  readonly ids: string[];
  readonly unlisted: Unlisted[];
  readonly fields: string[];
  readonly domain: string | null;
  readonly count: number;
}

/** What was asked for, and what was reached. */
function summarise({ touches }: Call, reached: readonly Reached[]): Summary {
  const models: string[] = [];
  const ids = new Set<string>();
  const unlisted: Unlisted[] = [];
  const fields = new Set<string>();
  const domains: string[] = [];
  let count = 0;
  const note = (name: string): string => {
    const model = safeText(name, 100);
    if (models.length < maxModels && !models.includes(model)) models.push(model);
    return model;
  };
  for (const touch of touches) {
    const model = note(touch.model);
    if (touch.domain) domains.push(safeText(touch.domain, 1000));
    for (const id of touch.ids ?? []) if (ids.size < maxNamedIds) ids.add(publicId(model, safeText(id, 128)));
    for (const { path } of touch.fields ?? [])
      if (fields.size < maxFields) fields.add(`${model}.${safeText(path, 200)}`);
  }
  for (const part of reached) {
    const model = note(part.model);
    count += part.count;
    for (const id of part.ids) if (ids.size < maxIds) ids.add(publicId(model, id));
    const how = leftOut(part, ids);
    if (how && !unlisted.some(([other, its]) => other === model && its === how)) unlisted.push([model, how]);
    for (const name of part.fields) if (fields.size < maxFields) fields.add(`${model}.${name}`);
  }
  return { models, ids: [...ids], unlisted, fields: [...fields], domain: domains.join('; ') || null, count };
}

/** What of the records that were reached is not in the list of ids. */
function leftOut({ model, ids, count, matched = 0 }: Reached, kept: ReadonlySet<string>): Unlisted[1] | undefined {
  if (count > 0 && ids.length === 0) return 'figures';
  const isFull = kept.size >= maxIds;
  if (count > ids.length || (isFull && ids.some(id => !kept.has(publicId(model, id))))) return 'more';
  return matched > count ? 'matched' : undefined;
}

/** Tools name records as they were named to them: with their model or without. */
function publicId(model: string, id: string): string {
  return id.includes('/') ? id : `${model}/${id}`;
}

/** The prefix of the key that somebody claims to have, where it was not accepted. */
function claimedLabel(presented: Call['presented']): string | null {
  return /^gh_([0-9A-Za-z]{8})_/.exec(presented?.secret ?? '')?.[1] ?? null;
}
