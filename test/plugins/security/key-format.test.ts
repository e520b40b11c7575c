import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generateKey,
  keyEntropy,
  keyLength,
  looksLikeKey,
  prefixOf,
} from '../../../plugins/security/keys/key-format.ts';
import { verifies } from '../../requirements.ts';

const bytes = fc.uint8Array({ minLength: keyEntropy, maxLength: keyEntropy }).map(array => Buffer.from(array));

describe('API keys', () => {
  test(`${verifies('KEY-1')} are gh_<8-character prefix>_<secret> and know their own prefix`, () => {
    fc.assert(
      fc.property(bytes, random => {
        const { key, prefix } = generateKey(random);
        expect(key).toMatch(/^gh_[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{50}$/);
        expect(key).toHaveLength(keyLength);
        expect(key.slice(3, 11)).toBe(prefix);
        expect(prefixOf(key)).toBe(prefix);
        expect(looksLikeKey(key)).toBe(true);
      }),
    );
  });

  test(`${verifies('KEY-1')} hold all 256 random bits: no two secrets make the same key`, () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 255 }), (random, bit) => {
        const other = Buffer.from(random);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(generateKey(other, 'PREFIX12').key).not.toBe(generateKey(random, 'PREFIX12').key);
      }),
    );
  });

  test(`${verifies('KEY-1')} with one character mistyped, missing, doubled or swapped are recognised as mistyped`, () => {
    const { key } = generateKey(randomBytes(keyEntropy));
    const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
    for (let at = 3; at < key.length; at += 1) {
      if (at === 11) continue;
      for (const letter of alphabet) {
        if (letter !== key[at]) expect(prefixOf(key.slice(0, at) + letter + key.slice(at + 1))).toBeUndefined();
      }
      expect(prefixOf(key.slice(0, at) + key.slice(at + 1))).toBeUndefined();
      expect(prefixOf(key.slice(0, at) + key[at] + key.slice(at))).toBeUndefined();
    }
  });

  test.each(['', 'gh_', 'gh_PREFIX12_', 'GH_PREFIX12_x', ' gh_', 'gh_PREFIX12_\n', 'Bearer gh_x'])(
    '%j is no key',
    text => expect(prefixOf(text)).toBeUndefined(),
  );

  test('whatever is presented, reading it does not throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => prefixOf(text) === undefined));
  });
});
