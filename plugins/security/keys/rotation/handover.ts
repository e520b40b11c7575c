import { hash } from 'node:crypto';
import { all, compare, equals, hasCode, type Row, type Runtime, type WriteOperation } from '../../../../src/index.ts';
import { newSecret, writeBoth } from '../create-key.ts';
import { tellKeyChange } from '../end-key.ts';
import { generateKey, keyEntropy } from '../key-format.ts';

const model = 'security.key-handover';
const tokenShape = /^[0-9A-Za-z_-]{43}$/;

/** Where the link leads, on this server. */
export const handoverPath = '/keys/handover';

/** A fresh link for a key; the one before it ends. 256 random bits, of which the store gets the SHA-256. */
export async function offerHandover(input: { runtime: Runtime; id: string; hours: number }): Promise<string> {
  const { runtime, id, hours } = input;
  const token = runtime.randomBytes(32).toString('base64url');
  const set = {
    token_hash: hash('sha256', token),
    expires_at: new Date(runtime.now() + hours * 3_600_000).toISOString(),
    used_at: null,
  };
  const [updated] = await runtime.store.write([{ kind: 'update', model, where: equals('id', id), set }]);
  if (updated?.matched === 0) await runtime.store.write([{ kind: 'insert', model, row: { id, ...set } }]);
  return `${runtime.server.publicUrl}${handoverPath}/${token}`;
}

/** Whether this link can still be used; looking uses nothing up. */
export async function findHandover(runtime: Runtime, token: string): Promise<Row | undefined> {
  if (!tokenShape.test(token)) return undefined;
  const [row] = await runtime.store.find({ model, where: openLink(runtime, token), limit: 1 });
  return row;
}

/**
 * Uses the link up and makes the key's secret, which exists nowhere but in the answer. Of any number of callers, on any
 * number of instances, one gets it; undefined for all others, and where the key has been revoked or has expired.
 */
export async function redeemHandover(runtime: Runtime, token: string): Promise<{ key: string; row: Row } | undefined> {
  const link = await findHandover(runtime, token);
  const [row] = link
    ? await runtime.store.find({ model: 'security.api-key', where: equals('id', link.id), limit: 1 })
    : [];
  const isOver = typeof row?.expires_at === 'string' && Date.parse(row.expires_at) <= runtime.now();
  if (!row || isOver) return undefined;
  const { key } = generateKey(runtime.randomBytes(keyEntropy), String(row.prefix));
  const secret = await newSecret(runtime, key);
  const now = new Date(runtime.now()).toISOString();
  const isUnclaimed = all(equals('id', row.id), equals('revoked_at', null), equals('is_unclaimed', true));
  const writes: WriteOperation[] = [
    // First what only one can do: where the store has no transactions, the others end here.
    { kind: 'update', model, where: openLink(runtime, token), set: { used_at: now }, expect: 1 },
    {
      kind: 'update',
      model: 'security.api-key',
      where: isUnclaimed,
      set: { is_unclaimed: false, updatedAt: now },
      expect: 1,
    },
    { kind: 'update', model: 'security.api-key-secret', where: equals('id', row.id), set: secret, expect: 1 },
  ];
  try {
    await writeBoth(runtime, writes);
  } catch (thrown) {
    if (hasCode(thrown, 'STORE_CONFLICT')) return undefined;
    throw thrown;
  }
  tellKeyChange(runtime, [row.id]);
  return { key, row };
}

function openLink(runtime: Runtime, token: string) {
  const now = new Date(runtime.now()).toISOString();
  return all(equals('token_hash', hash('sha256', token)), equals('used_at', null), compare('expires_at', '>', now));
}
