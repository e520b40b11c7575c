import { equals, type Principal, type Row, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { type CredentialLimits, readLimits } from './key-limits.ts';

/** What a key stands for at the moment it was read. */
export interface LoadedKey {
  readonly principal: Principal;
  readonly limits: CredentialLimits;
  /** ms since the epoch. */
  readonly expiresAt: number;
  /** Equal for two readings between which nothing about the key, its user or the user's groups has changed. */
  readonly stamp: string;
}

/** Or why it stands for nobody, for the log. */
export type KeyState = { readonly key: LoadedKey } | { readonly refused: string };

/** How a key that has expired is refused. */
function expired(at: string): { readonly refused: string } {
  return { refused: `expired at ${at}` };
}

/** The key's row with this prefix; undefined: there is none. */
export async function findKey(runtime: Runtime, prefix: string): Promise<Row | undefined> {
  return (await runtime.store.find({ model: 'security.api-key', where: equals('prefix', prefix), limit: 1 }))[0];
}

/** Reads what a key and its user say now; nothing is compared with a secret. */
export async function loadKey(runtime: Runtime, row: Row): Promise<KeyState> {
  // First what needs no further query: to a caller, a key that has ended must take no longer than a wrong one.
  if (typeof row.revoked_at === 'string') return { refused: `revoked at ${row.revoked_at}` };
  if (typeof row.expires_at === 'string' && Date.parse(row.expires_at) <= runtime.now()) return expired(row.expires_at);
  const owner = await loadUser(runtime, String(row.user));
  if (!owner) return { refused: 'its user is gone' };
  if (!owner.isActive) return { refused: `its user ${owner.user.login} is disabled` };
  try {
    const { credential, limits, expiresAt } = readLimits(row, owner.user.timeZone);
    const { user, groups } = owner;
    const stamp = JSON.stringify([row.id, row.version, row.updatedAt, user, [...groups].sort()]);
    return { key: { principal: { user, groups, credential }, limits, expiresAt, stamp } };
  } catch (thrown) {
    runtime.log.error({ err: thrown, prefix: row.prefix }, 'limits of a key are not readable: key refused');
    return { refused: 'its limits are not readable' };
  }
}
