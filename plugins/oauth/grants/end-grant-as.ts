import { type Environment, kernelErrors, parsePublicId } from '../../../src/index.ts';
import { grant } from '../models/grant.ts';
import type { EndAccess } from '../provider/end-access.ts';

/**
 * Ends a connected app by the rights of whoever asks: one that they may see, which is their own or, for managers,
 * anybody's (`own-grants.ts`). Throws RECORD_NOT_FOUND, the same for one that is not theirs and one that does not exist;
 * MODEL_NOT_AVAILABLE where they may see none at all. Idempotent.
 */
export async function endGrantAs(input: {
  readonly access: Pick<EndAccess, 'revokeGrant'>;
  readonly env: Environment;
  /** Record id of the grant. */
  readonly reference: string;
  readonly reason: string;
}): Promise<{ id: string; app: string }> {
  const { access, env, reference, reason } = input;
  const id = parsePublicId(reference)?.id ?? reference;
  const domain = [['id', '=', id]];
  const { records } = isId(id)
    ? await env.of(grant.name).search({ domain, fields: ['client_name'], limit: 1 })
    : { records: [] };
  const [found] = records;
  if (!found) throw kernelErrors.RECORD_NOT_FOUND({ message: `There is no app ${reference}, or it is not yours.` });
  await access.revokeGrant({ id, reason });
  return { id, app: String(found.values.client_name) };
}

function isId(text: string): boolean {
  return /^[0-9a-f]{24}$/.test(text);
}
