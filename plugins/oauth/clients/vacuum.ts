import { all, compare, equals, isoTime, oneOf, type Row, type Runtime } from '../../../src/index.ts';
import { removeClients } from './client-rows.ts';
import type { ClientSettings } from './client-settings.ts';

const model = 'oauth.client';
const hour = 3_600_000;
const day = 24 * hour;
/** Clients that are looked at together. */
const batch = 200;

/** Clients that make themselves known. Services were made by an operator, who ends them. */
const selfMade = oneOf('kind', ['dcr', 'cimd']);

/**
 * Removes clients that nobody uses: those that never got a token, after `unusedDays`; those that got none for `idleDays`
 * and have no connected user; those that were ended, after as long. Documents of clients that were ended are remembered:
 * they would be back with the next look at them. Returns how many.
 */
export async function vacuumClients(input: {
  readonly runtime: Runtime;
  readonly settings: Pick<ClientSettings, 'unusedDays' | 'idleDays'>;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { runtime, settings, signal } = input;
  const idleSince = ago(runtime, settings.idleDays * day);
  const removedUnused = await removeUnused({ runtime, before: ago(runtime, settings.unusedDays * day), signal });
  const ended = all(equals('kind', 'dcr'), compare('ended_at', '<', idleSince));
  const removedEnded = await inBatches({ runtime, where: ended, signal, choose: async rows => rows });
  const used = all(
    selfMade,
    equals('is_used', true),
    equals('ended_at', null),
    compare('registered_at', '<', idleSince),
  );
  const removedIdle = await inBatches({
    runtime,
    where: used,
    signal,
    choose: async rows => withoutGrants(runtime, await idleOf({ runtime, rows, idleSince })),
  });
  return removedUnused + removedEnded + removedIdle;
}

/**
 * Makes room for one more client that has not been used yet, of those that are older than an hour: nobody takes as long
 * to sign in. False: there is none to remove.
 */
export async function makeRoom(input: { readonly runtime: Runtime; readonly maxUnused: number }): Promise<boolean> {
  const { runtime, maxUnused } = input;
  const where = all(selfMade, equals('is_used', false));
  const count = await runtime.store.count({ model, where });
  if (count < maxUnused) return true;
  const old = all(where, equals('ended_at', null), compare('registered_at', '<', ago(runtime, hour)));
  const order = [{ field: 'registered_at', descending: false }];
  const rows = await runtime.store.find({ model, where: old, order, limit: batch });
  const removed = await removeClients(runtime, await withoutGrants(runtime, rows));
  return count - removed < maxUnused;
}

async function removeUnused(input: { runtime: Runtime; before: string; signal: AbortSignal }): Promise<number> {
  const { runtime, before, signal } = input;
  const where = all(
    selfMade,
    equals('is_used', false),
    equals('ended_at', null),
    compare('registered_at', '<', before),
  );
  return inBatches({ runtime, where, signal, choose: rows => withoutGrants(runtime, rows) });
}

async function inBatches(input: {
  runtime: Runtime;
  where: ReturnType<typeof all>;
  signal: AbortSignal;
  choose: (rows: Row[]) => Promise<Row[]>;
}): Promise<number> {
  const { runtime, where, signal, choose } = input;
  let removed = 0;
  for (let last = ''; !signal.aborted; ) {
    const rows = await runtime.store.find({ model, where: all(where, compare('id', '>', last)), limit: batch });
    removed += await removeClients(runtime, await choose(rows));
    last = rows.at(-1)?.id ?? '';
    if (rows.length < batch) break;
  }
  return removed;
}

async function idleOf(input: { runtime: Runtime; rows: readonly Row[]; idleSince: string }): Promise<Row[]> {
  const { runtime, rows, idleSince } = input;
  const ids = oneOf(
    'id',
    rows.map(({ id }) => id),
  );
  const where = all(ids, compare('last_used_at', '>=', idleSince));
  const active = await runtime.store.find({ model: 'oauth.client-usage', where, fields: [] });
  const activeIds = new Set(active.map(({ id }) => id));
  return rows.filter(({ id }) => !activeIds.has(id));
}

/** Those to which no user is connected. */
async function withoutGrants(runtime: Runtime, rows: readonly Row[]): Promise<Row[]> {
  const ids = oneOf(
    'client_id',
    rows.map(row => String(row.client_id)),
  );
  const where = all(ids, equals('revoked_at', null));
  const grants = await runtime.store.find({ model: 'oauth.grant', where, fields: ['client_id'] });
  const connected = new Set(grants.map(grant => grant.client_id));
  return rows.filter(row => !connected.has(row.client_id));
}

function ago(runtime: Runtime, ms: number): string {
  return isoTime(runtime.now() - ms);
}
