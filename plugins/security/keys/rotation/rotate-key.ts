import {
  all,
  equals,
  hasCode,
  type Row,
  type Runtime,
  recordStamp,
  type WriteOperation,
} from '../../../../src/index.ts';
import { securityErrors } from '../../errors.ts';
import { newSecret } from '../create-key.ts';
import { tellKeyChange } from '../end-key.ts';
import { generateKey, keyEntropy } from '../key-format.ts';

const model = 'security.api-key';

export interface Rotated {
  /** The key before, as it is now. */
  readonly old: Row;
  readonly successor: Row;
  /** The new key itself, which is stored nowhere; undefined: the successor was there already. */
  readonly key: string | undefined;
}

/**
 * Makes the successor of a key: same settings, a life as long. The old key lives on until its date; one without a date
 * gets `graceDays`. The successor's id is set on the old key where there is none, by a conditional update, so of any
 * number of instances one goes through; what an instance did not live to finish is finished by the next run with the
 * id that is set. Throws KEY_ROTATED, KEY_REVOKED, KEY_EXPIRED.
 */
export async function rotateKey(input: {
  readonly runtime: Runtime;
  readonly row: Row;
  readonly graceDays: number;
  readonly by?: string;
}): Promise<Rotated> {
  const { runtime, row, graceDays, by } = input;
  checkRotatable(runtime, row);
  const id = typeof row.successor === 'string' ? row.successor : runtime.newId();
  if (typeof row.successor === 'string' && (await findById(runtime, id))) {
    throw securityErrors.KEY_ROTATED({ data: { successor: id } });
  }
  const { key, prefix } = generateKey(runtime.randomBytes(keyEntropy));
  const stamp = recordStamp(runtime, by);
  const { updatedAt, updatedBy } = stamp;
  const lastDay = row.expires_at ?? new Date(runtime.now() + graceDays * 86_400_000).toISOString();
  const claim: WriteOperation = {
    kind: 'update',
    model,
    where: all(equals('id', row.id), equals('revoked_at', null), equals('successor', row.successor as string | null)),
    set: { successor: id, expires_at: lastDay, updatedAt, updatedBy },
    expect: 1,
  };
  const { version: _, id: __, ...settings } = row;
  const successor = {
    ...settings,
    id,
    prefix,
    expires_at: expiryOf(row, runtime.now()),
    successor: null,
    is_unclaimed: true,
    told_at: null,
    regenerated_at: null,
    revoked_at: null,
    revoked_reason: null,
    ...stamp,
  };
  const secret = await newSecret(runtime, key);
  const inserts: WriteOperation[] = [
    { kind: 'insert', model: 'security.api-key-secret', row: { id, ...secret } },
    { kind: 'insert', model, row: successor },
  ];
  try {
    await writeInOrder(runtime, [claim, ...inserts]);
  } catch (thrown) {
    if (hasCode(thrown, 'STORE_CONFLICT') || hasCode(thrown, 'VALUE_NOT_UNIQUE')) {
      throw securityErrors.KEY_ROTATED({ message: 'Somebody else is rotating this key, or has revoked it.' });
    }
    throw thrown;
  }
  await followRevocation({ runtime, oldId: row.id, id });
  tellKeyChange(runtime, [row.id, id]);
  const [old, made] = [await findById(runtime, row.id), await findById(runtime, id)];
  if (!old || !made) throw securityErrors.KEY_NOT_FOUND();
  return { old, successor: made, key };
}

function checkRotatable(runtime: Runtime, row: Row): void {
  if (row.revoked_at !== null) throw securityErrors.KEY_REVOKED();
  if (typeof row.expires_at === 'string' && Date.parse(row.expires_at) <= runtime.now()) {
    throw securityErrors.KEY_EXPIRED();
  }
}

/** As long a life as the old one was made for; one that never ends stays so. */
function expiryOf(row: Row, now: number): string | null {
  if (typeof row.expires_at !== 'string') return null;
  return new Date(now + Date.parse(row.expires_at) - Date.parse(String(row.createdAt))).toISOString();
}

/** All or nothing where the store can; otherwise claim, secret, key, the last leftover of which is finished later. */
async function writeInOrder(runtime: Runtime, writes: readonly WriteOperation[]): Promise<void> {
  if (runtime.store.capabilities.transactions) {
    await runtime.store.write(writes);
    return;
  }
  for (const [index, write] of writes.entries()) {
    try {
      await runtime.store.write([write]);
    } catch (thrown) {
      // A secret that an interrupted rotation has left behind: nobody knows it, so it may as well be this one's.
      if (index !== 1 || write.kind !== 'insert' || !hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
      const { id, ...set } = write.row;
      await runtime.store.write([{ kind: 'update', model: write.model, where: equals('id', String(id)), set }]);
    }
  }
}

/** Where a revocation came in between two writes, the successor goes the same way. */
async function followRevocation(input: { runtime: Runtime; oldId: string; id: string }): Promise<void> {
  const { runtime, oldId, id } = input;
  const old = await findById(runtime, oldId);
  if (!old || old.revoked_at === null) return;
  const { revoked_at, revoked_reason } = old;
  const set = { revoked_at: revoked_at ?? null, revoked_reason: revoked_reason ?? null };
  await runtime.store.write([{ kind: 'update', model, where: equals('id', id), set }]);
}

async function findById(runtime: Runtime, id: string): Promise<Row | undefined> {
  return (await runtime.store.find({ model, where: equals('id', id), limit: 1 }))[0];
}
