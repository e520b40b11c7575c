import { importJWK, type JWK } from 'jose';

/** Members of a JWK that are nobody else's business (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** What keys may be signed with; an `alg` in the key narrows it. */
const algorithmOf: Readonly<Record<string, (key: JWK) => string>> = {
  RSA: () => 'RS256',
  EC: () => 'ES256',
  OKP: () => 'EdDSA',
};

/** Reads public keys (RFC 7517): a set, or a single one. `fault` says what is wrong, without repeating the keys. */
export async function parseKeys(
  text: string,
): Promise<{ readonly jwks: { readonly keys: readonly JWK[] } } | { readonly fault: string }> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: 'is no JSON' };
  }
  const keys = isObject(parsed) && Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  if (keys.length === 0) return { fault: 'holds no key' };
  for (const [index, key] of keys.entries()) {
    const fault = await keyFault(key);
    if (fault) return { fault: `key ${index + 1} ${fault}` };
  }
  return { jwks: { keys: keys as JWK[] } };
}

async function keyFault(key: unknown): Promise<string | undefined> {
  if (!isObject(key)) return 'is no JSON Web Key';
  const jwk = key as JWK;
  if (jwk.kty === 'oct') return 'is symmetric: expected the public half of a key pair';
  if (privateMembers.some(member => Object.hasOwn(key, member))) return 'is private: leave only the public half';
  const algorithm = algorithmOf[jwk.kty ?? ''];
  if (!algorithm) return 'is of an unknown type: expected RSA, EC or OKP';
  if (jwk.kty === 'EC' && jwk.crv !== 'P-256') return 'is on another curve than P-256';
  if (jwk.kty === 'OKP' && jwk.crv !== 'Ed25519') return 'is on another curve than Ed25519';
  try {
    await importJWK(jwk, algorithm(jwk));
    return undefined;
  } catch {
    return 'cannot be read';
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
