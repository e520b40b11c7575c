import { type Environment, kernelErrors, parsePublicId, type Runtime } from '../../../src/index.ts';
import { revokeKey } from './end-key.ts';

/**
 * Ends a key by the rights of whoever asks: of the keys that they may see, by prefix or id, one that they may write.
 * Throws RECORD_NOT_FOUND, the same for a key that is not theirs and one that does not exist; MODEL_NOT_AVAILABLE and
 * OPERATION_NOT_ALLOWED where they have no such right at all.
 */
export async function revokeKeyAs(input: {
  readonly runtime: Runtime;
  readonly env: Environment;
  readonly reference: string;
  readonly reason: string;
}): Promise<{ id: string; prefix: string }> {
  const { runtime, env, reference, reason } = input;
  const keys = env.of('security.api-key');
  const named = parsePublicId(reference);
  const id = named?.id ?? reference;
  const domain = /^[0-9a-f]{24}$/.test(id) ? [['id', '=', id]] : [['prefix', '=', reference]];
  const { records } = await keys.search({ domain, fields: ['prefix'], limit: 1 });
  const [found] = records;
  if (!found) throw kernelErrors.RECORD_NOT_FOUND({ message: `There is no key ${reference}, or it is not yours.` });
  const plain = parsePublicId(found.id)?.id ?? found.id;
  // The record rules for writing are held against it as well. A key may not write itself, but end itself.
  if (plain !== env.principal.credential.id) await keys.write([found.id], {}, { dryRun: true });
  await revokeKey({ runtime, id: plain, reason, by: env.principal.user.login });
  return { id: plain, prefix: String(found.values.prefix) };
}
