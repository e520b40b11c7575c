import {
  all,
  equals,
  type Row,
  type Runtime,
  recordStamp,
  systemPrincipal,
  type WriteOperation,
} from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { type CreatedKey, newSecret, writeBoth } from './create-key.ts';
import { generateKey, keyEntropy } from './key-format.ts';

/** The key with this id, prefix or (where only one has it) name. Throws KEY_NOT_FOUND. */
export async function requireKey(runtime: Runtime, reference: string): Promise<Row> {
  const found = await findCalled(runtime, reference);
  if (!found) throw securityErrors.KEY_NOT_FOUND({ message: `There is no key ${reference}.` });
  return found;
}

/** The same; undefined: there is none. Throws KEY_NOT_FOUND where several have the name. */
export async function findCalled(runtime: Runtime, reference: string): Promise<Row | undefined> {
  for (const name of ['id', 'prefix', 'name']) {
    const found = await runtime.store.find({ model: 'security.api-key', where: equals(name, reference), limit: 2 });
    if (found.length === 1) return found[0];
    if (found.length > 1) {
      throw securityErrors.KEY_NOT_FOUND({ message: `Several keys are called ${reference}: name one by its prefix.` });
    }
  }
  return undefined;
}

/** Ends a key for good: refused here on its next call, on every other instance within a second. Idempotent. */
export async function revokeKey(input: { runtime: Runtime; id: string; reason: string; by?: string }): Promise<void> {
  const { runtime, id, reason, by } = input;
  const { updatedAt, updatedBy } = recordStamp(runtime, by);
  await runtime.store.write([
    {
      kind: 'update',
      model: 'security.api-key',
      where: all(equals('id', id), equals('revoked_at', null)),
      set: { revoked_at: updatedAt, revoked_reason: reason, updatedAt, updatedBy },
    },
  ]);
  tellKeyChange(runtime, [id]);
}

/** A new secret with the same settings and prefix; the old one ends at once. Throws KEY_REVOKED. */
export async function regenerateKey(input: { runtime: Runtime; row: Row; by?: string }): Promise<CreatedKey> {
  const { runtime, row, by } = input;
  if (row.revoked_at !== null) throw securityErrors.KEY_REVOKED();
  const { key, prefix } = generateKey(runtime.randomBytes(keyEntropy), String(row.prefix));
  const { updatedAt, updatedBy } = recordStamp(runtime, by);
  const secret = await newSecret(runtime, key);
  const writes: WriteOperation[] = [
    { kind: 'update', model: 'security.api-key-secret', where: equals('id', row.id), set: secret, expect: 1 },
    {
      kind: 'update',
      model: 'security.api-key',
      where: all(equals('id', row.id), equals('revoked_at', null)),
      set: { regenerated_at: updatedAt, is_unclaimed: false, updatedAt, updatedBy },
      expect: 1,
    },
  ];
  await writeBoth(runtime, writes);
  tellKeyChange(runtime, [row.id]);
  return { id: row.id, prefix, key };
}

/** Tells this instance, which then believes nothing that it knew of these keys. */
export function tellKeyChange(runtime: Runtime, ids: readonly string[]): void {
  const principal = systemPrincipal('key changed');
  runtime.emit('record.changed', { model: 'security.api-key', operation: 'write', ids, principal });
}
