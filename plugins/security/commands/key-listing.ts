import { type Json, oneOf, type Row, type Runtime, table } from '../../../src/index.ts';
import { dayOf } from '../volume/volume-book.ts';
import { createVolumeLedger } from '../volume/volume-ledger.ts';

/** What people and programs get to know of keys: settings, state, use; never a secret. */
export async function describeKeys(runtime: Runtime, rows: readonly Row[]) {
  const ids = rows.map(({ id }) => id);
  const users = await rowsById(runtime, 'base.user', [...new Set(rows.map(row => String(row.user)))]);
  const usage = await rowsById(runtime, 'security.api-key-usage', ids);
  const now = runtime.now();
  const subjects = ids.map(id => `api-key ${id}`);
  const volume = await createVolumeLedger(runtime).taken(dayOf(now), subjects);
  return rows.map(row => ({
    id: row.id,
    prefix: String(row.prefix),
    name: String(row.name),
    user: String(users.get(String(row.user))?.login ?? ''),
    state: stateOf(row, now),
    scopes: json(row.scopes),
    models: json(row.models),
    fields: json(row.fields),
    allow: json(row.allow),
    deny: json(row.deny),
    hours: json(row.hours),
    rate: json(row.rate),
    recordsPerDay: json(row.records_per_day),
    recordsToday: volume.get(`api-key ${row.id}`) ?? 0,
    maxSessions: json(row.max_sessions),
    sessionIdleMinutes: json(row.session_idle_minutes),
    sessionMaxMinutes: json(row.session_max_minutes),
    expiresAt: json(row.expires_at),
    rotation: row.no_rotation !== true,
    successor: json(row.successor),
    revokedAt: json(row.revoked_at),
    createdAt: json(row.createdAt),
    usageCount: Number(usage.get(row.id)?.count ?? 0),
    lastUsedAt: json(usage.get(row.id)?.last_used_at),
    lastAddress: json(usage.get(row.id)?.last_address),
  }));
}

async function rowsById(runtime: Runtime, model: string, ids: readonly string[]): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (let start = 0; start < ids.length; start += 1_000) {
    const where = oneOf('id', ids.slice(start, start + 1_000));
    for (const row of await runtime.store.find({ model, where })) rows.set(row.id, row);
  }
  return rows;
}

function stateOf(row: Row, now: number): string {
  if (row.revoked_at !== null) return 'revoked';
  return typeof row.expires_at === 'string' && Date.parse(row.expires_at) <= now ? 'expired' : 'active';
}

/** Keys for people, a line each. */
export function keyTable(keys: Awaited<ReturnType<typeof describeKeys>>): string {
  const rows = keys.map(({ prefix, name, user, scopes, state, lastUsedAt }) => [
    prefix,
    name,
    user,
    scopes,
    state,
    lastUsedAt,
  ]);
  return table(['PREFIX', 'NAME', 'USER', 'SCOPES', 'STATE', 'LAST USED'], rows);
}

function json(value: unknown): Json {
  return (value ?? null) as Json;
}
