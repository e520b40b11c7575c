import { securityErrors } from '../errors.ts';
import { createSigner, type Signer } from './signer.ts';

const minLength = 32;

/** The signer that the settings or the environment name; undefined: nothing is signed. Throws AUDIT_KEY_INVALID. */
export function signerOf(
  setting: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Signer | undefined {
  const key = setting ?? env.GATEHOUSE_AUDIT_KEY ?? '';
  if (key === '') return undefined;
  if (key.length < minLength) throw securityErrors.AUDIT_KEY_INVALID();
  return createSigner(key);
}
