import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsMask, type Mask, masks, maskValue, veil } from '../../../src/model/mask.ts';
import { verifies } from '../../requirements.ts';

describe(`${verifies('FIELD-2')} masks`, () => {
  test.each<[Mask, unknown, string]>([
    ['email', 'jane@acme.com', 'j•••@acme.com'],
    ['email', 'Jane.Doe+x@mail.acme.co.uk', 'J•••@mail.acme.co.uk'],
    ['email', 'øystein@blåbær.no', 'ø•••@blåbær.no'],
    ['email', '𝒜da@acme.com', '𝒜•••@acme.com'],
    ['email', 'e\u0301mile@acme.com', 'é•••@acme.com'],
    ['email', 'j@acme.com', veil],
    ['email', 'acme.com', veil],
    ['email', 'a@b@acme.com', veil],
    ['email', 'jane@', veil],
    ['email', 'call jane @ five o clock', veil],
    ['email', '\u202ejane@acme.com', veil],
    ['phone', '+1 (555) 010-4242', '•••42'],
    ['phone', '030/1234567', '•••67'],
    ['phone', '110', veil],
    ['phone', 'ask for Jane', veil],
    ['last4', 'DE89 3704 0044 0532 0130 00', '•••3000'],
    ['last4', '123-45-6789', '•••6789'],
    ['last4', '1234567', veil],
    ['last4', 'no number: !!!!', veil],
    ['initials', 'Ada Lovelace', 'A••• L•••'],
    ['initials', '  Augusta Ada King Lovelace ', 'A••• L•••'],
    ['initials', 'Ada', 'A•••'],
    ['initials', 'A Lovelace', veil],
    ['initials', '李 小龙', veil],
    ['initials', '👩‍🚀 Ada', veil],
    ['all', 'jane@acme.com', veil],
  ])('%s of %j is %s', (mask, value, expected) => expect(maskValue(mask, value)).toBe(expected));

  test.each(masks)('%s: what is no text, and what is missing, shows nothing', mask => {
    for (const value of [null, undefined, '', ' ', 0, 12345678, true, false, { a: 'jane@acme.com' }, ['x']]) {
      expect(maskValue(mask, value)).toBe(veil);
    }
  });

  test('no mask tells the length of what it covers, or gives away anything but its part', () => {
    const letters = fc.stringMatching(/^[a-zß-ÿ]{1,60}$/);
    fc.assert(
      fc.property(fc.constantFrom(...masks), letters, letters, (mask, one, other) => {
        expect(maskValue(mask, `jane${one}@acme.com`)).toBe(maskValue(mask, `jane${other}@acme.com`));
        expect(maskValue(mask, `J${one} van D${one}smith`)).toBe(maskValue(mask, `J${other} D${other}smith`));
      }),
    );
  });

  test('of any text, at most its part is left', () => {
    fc.assert(
      fc.property(fc.constantFrom(...masks), fc.string({ unit: 'binary', maxLength: 80 }), (mask, text) => {
        const shown = maskValue(mask, text);
        expect(shown).toContain(veil);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/\p{C}/u);
        const most = { all: 0, email: 82, phone: 2, last4: 8, initials: 12 }[mask];
        expect(shown.length - veil.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a mask that was shown is recognised, a value is not', () => {
    for (const mask of masks) expect(holdsMask(maskValue(mask, 'jane.doe@acme.com'))).toBe(true);
    for (const value of ['jane@acme.com', '••', '', null, 3]) expect(holdsMask(value)).toBe(false);
  });
});
