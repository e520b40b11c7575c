import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseKeys } from '../../../plugins/oauth/clients/parse-keys.ts';
import { verifies } from '../../requirements.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = ec.publicKey.export({ format: 'jwk' });
const privateJwk = ec.privateKey.export({ format: 'jwk' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const ed = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey.export({ format: 'jwk' });
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });

describe(`${verifies('OAUTH-12')} keys of services`, () => {
  test.each([
    ['a set', { keys: [publicJwk, rsa] }, 2],
    ['one key', ed, 1],
  ])('%s', async (_what, given, count) => {
    expect(await parseKeys(JSON.stringify(given))).toMatchObject({ jwks: { keys: { length: count } } });
  });

  test.each([
    ['no JSON', '{', 'is no JSON'],
    ['a text', '"x"', 'key 1 is no JSON Web Key'],
    ['no key', '{"keys":[]}', 'holds no key'],
    ['a private key', JSON.stringify({ keys: [publicJwk, privateJwk] }), 'key 2 is private'],
    ['a symmetric key', '{"kty":"oct","k":"c2VjcmV0"}', 'key 1 is symmetric'],
    ['another type', '{"kty":"AKP"}', 'key 1 is of an unknown type'],
    ['another curve', JSON.stringify(p521), 'key 1 is on another curve'],
    ['a key to agree on keys', JSON.stringify(x25519), 'key 1 is on another curve'],
    ['half a key', JSON.stringify({ ...publicJwk, y: undefined }), 'key 1 cannot be read'],
  ])('refused: %s', async (_what, text, fault) => {
    expect(await parseKeys(text)).toEqual({ fault: expect.stringContaining(fault) });
  });

  test('what is wrong is said without the key', async () => {
    expect(JSON.stringify(await parseKeys(JSON.stringify(privateJwk)))).not.toContain(privateJwk.d);
  });
});
