import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../../../src/store/condition.ts';
import { foldedBeside } from '../../../../src/store/sqlite/values.ts';

test('the folded form is kept where it differs from the text, and nowhere else', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
  fc.assert(
    fc.property(text, value => {
      expect(foldedBeside(value) ?? value).toBe(fold(value));
      expect(foldedBeside(value)).not.toBe(value);
    }),
  );
});

test.each([
  ['sales@example.com', null],
  ['Sales', 'sales'],
  ['ÉTÉ', 'été'],
  ['e\u0301', 'é'],
  ['été', null],
  ['', null],
])('%j: %j', (text, folded) => {
  expect(foldedBeside(text)).toBe(folded);
});

test('what is no text has none', () => {
  expect(foldedBeside(null)).toBeNull();
  expect(foldedBeside(5)).toBeNull();
});
