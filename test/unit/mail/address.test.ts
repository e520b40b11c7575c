import { describe, expect, test } from 'vitest';
import { isAddress, isLine, readSender } from '../../../src/mail/address.ts';

describe('one plain address', () => {
  test.each([
    'a@b.de',
    'ada.lovelace+x@example.com',
    "o'neill@example.co.uk",
    'jürgen@müller.example',
    'root@localhost',
  ])('%s', text => {
    expect(isAddress(text)).toBe(true);
  });

  test.each([
    '',
    'a',
    '@b.de',
    'a@',
    'a@b@c',
    'a..b@c.de',
    '.a@c.de',
    'a@-b.de',
    'a@b..de',
    'a b@c.de',
    'a@b.de,c@d.de',
    'a@b.de;c@d.de',
    'a@b.de c@d.de',
    'A <a@b.de>',
    '<a@b.de>',
    '"a b"@c.de',
    'a@[127.0.0.1]',
    'group: a@b.de;',
    'a@b.de\r\nBcc: c@d.de',
    'a@b.de\nBcc: c@d.de',
    'a@b.de\r',
    'a\0@b.de',
    'a@b.de\u2028',
    'a(comment)@b.de',
    `${'a'.repeat(65)}@b.de`,
    `a@${'b.'.repeat(130)}de`,
  ])('not %j', text => {
    expect(isAddress(text)).toBe(false);
  });
});

test.each([
  ['a@b.de', { name: '', address: 'a@b.de' }],
  ['Gatehouse <a@b.de>', { name: 'Gatehouse', address: 'a@b.de' }],
  ['"Gate, house" <a@b.de>', { name: 'Gate, house', address: 'a@b.de' }],
  ['Gatehouse\r\nBcc: x@y.de <a@b.de>', undefined],
  ['Gatehouse <a@b.de> <c@d.de>', undefined],
  ['Gatehouse', undefined],
])('the sender %j', (text, expected) => {
  expect(readSender(text)).toEqual(expected);
});

test.each([
  ['Your key expires — naïve ☃ subject', true],
  ['a\r\nBcc: x@y.de', false],
  ['a\nb', false],
  ['a\rb', false],
  ['a\u0085b', false],
  ['a\u2028b', false],
  ['a\tb', false],
  ['a\0b', false],
  ['a\ud800b', false],
])('%j is one line: %s', (text, expected) => {
  expect(isLine(text)).toBe(expected);
});
