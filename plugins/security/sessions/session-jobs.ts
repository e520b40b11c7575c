import { hash } from 'node:crypto';
import { all, type Condition, compare, equals, hasCode, oneOf, type Row, type Runtime } from '../../../src/index.ts';
import type { SecuritySettings } from '../settings.ts';
import { maxEnded } from './admission.ts';
import { agentKeys } from './client-key.ts';
import { type EndReason, endSession } from './session-rows.ts';
import { readSlots, replaceSlots } from './slots.ts';

const model = 'security.session';
const pageSize = 500;
const minute = 60_000;
const day = 24 * 60 * minute;
/** ms that what an instance has written about a session may be behind. */
const flushLag = 10_000;

/** Closes the sessions that are idle or too old, as their next call would; says how many. Bears being run twice. */
export async function closeExpired(input: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['sessions'];
  readonly signal: AbortSignal;
}): Promise<number> {
  const { runtime, settings, signal } = input;
  let closed = 0;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const where = all(equals('state', 'active'), compare('id', '>', after));
    const page = await runtime.store.find({ model, where, limit: pageSize });
    const limits = await limitsOf(runtime, [...new Set(page.map(row => String(row.credential_id)))]);
    const now = runtime.now();
    const over = page.flatMap(row => {
      const reason = reasonToEnd({ row, key: limits.get(String(row.credential_id)), settings, now });
      return reason ? [{ row, reason }] : [];
    });
    for (const [credential, endings] of Map.groupBy(over, ({ row }) => String(row.credential_id))) {
      const rows = new Map(endings.map(({ row }) => [row.id, row]));
      if (!(await giveUpSlots({ runtime, settings, credential, rows }))) continue;
      const writes = endings.map(({ row, reason }) => endSession({ id: row.id, time: now, reason }));
      await runtime.store.write(writes, { atomic: false });
      closed += endings.length;
    }
    const last = page.at(-1);
    if (!last) return closed;
    after = last.id;
  }
}

/** Deletes what is known of sessions that ended more than `keepDays` ago. */
export async function deleteEnded(input: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['sessions'];
}): Promise<number> {
  const { runtime, settings } = input;
  const before = (field: string, days: number): Condition => {
    const value = new Date(runtime.now() - days * day).toISOString();
    return compare(field, '<', value);
  };
  const [removed] = await runtime.store.write(
    [
      { kind: 'remove', model, where: all(equals('state', 'ended'), before('ended_at', settings.keepDays)) },
      { kind: 'remove', model: 'security.session-ending', where: before('time', 1) },
    ],
    { atomic: false },
  );
  return removed?.matched ?? 0;
}

async function limitsOf(runtime: Runtime, ids: readonly string[]): Promise<Map<string, Row>> {
  const fields = ['session_idle_minutes', 'session_max_minutes'];
  const rows = await runtime.store.find({ model: 'security.api-key', where: oneOf('id', ids), fields });
  return new Map(rows.map(row => [row.id, row]));
}

function reasonToEnd(input: {
  row: Row;
  key: Row | undefined;
  settings: SecuritySettings['sessions'];
  now: number;
}): EndReason | undefined {
  const { row, key, settings, now } = input;
  const idle = Number(key?.session_idle_minutes ?? settings.idleMinutes) * minute;
  const maxAge = Number(key?.session_max_minutes ?? settings.maxHours * 60) * minute;
  if (Date.parse(String(row.started_at)) + maxAge <= now) return 'max_age';
  return Date.parse(String(row.last_activity)) + idle + flushLag <= now ? 'idle' : undefined;
}

/**
 * A client with a session of the protocol stays refused for a while, as after its next call. False where the document
 * changes under it: whoever changes it sees to the sessions, and so does the next run.
 */
async function giveUpSlots(input: {
  runtime: Runtime;
  settings: SecuritySettings['sessions'];
  credential: string;
  rows: ReadonlyMap<string, Row>;
}): Promise<boolean> {
  const { runtime, settings, credential, rows } = input;
  const slots = await readSlots(runtime, credential);
  const open = slots.open.filter(({ session }) => !rows.has(session));
  if (open.length === slots.open.length) return true;
  const until = runtime.now() + settings.endedMinutes * minute;
  const refused = slots.open.flatMap(({ session, client }) => {
    const row = rows.get(session);
    const isStateless = !row || agentKeys(row).some(key => hash('sha256', key) === client);
    return isStateless ? [] : [{ client, until }];
  });
  const ended = [...slots.ended.filter(other => other.until > runtime.now()), ...refused].slice(-maxEnded);
  try {
    await runtime.store.write([replaceSlots(slots, { open, ended })]);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'STORE_CONFLICT')) return false;
    throw thrown;
  }
}
