import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AddressList, compileAddressList, isAddressAllowed } from '../../../src/network/address-list.ts';
import { verifies } from '../../requirements.ts';

function list(...entries: string[]): AddressList {
  const compiled = compileAddressList(entries);
  if (!compiled) throw new Error(`not readable: ${entries.join()}`);
  return compiled;
}

describe(`${verifies('NET-1')} address lists`, () => {
  test.each<[string, string[], string[], boolean]>([
    ['192.0.2.1', [], [], true],
    ['192.0.2.1', ['192.0.2.0/24'], [], true],
    ['192.0.3.1', ['192.0.2.0/24'], [], false],
    ['192.0.2.1', ['192.0.2.1'], [], true],
    ['192.0.2.1', [], ['192.0.2.1'], false],
    // Deny wins.
    ['192.0.2.1', ['192.0.2.0/24'], ['192.0.2.1'], false],
    ['192.0.2.2', ['192.0.2.0/24'], ['192.0.2.1'], true],
    // IPv4-mapped IPv6 is the same address, on either side and in every spelling.
    ['::ffff:192.0.2.1', ['192.0.2.0/24'], [], true],
    ['::FFFF:C000:0201', [], ['192.0.2.1'], false],
    ['0:0:0:0:0:ffff:c000:201', [], ['192.0.2.0/24'], false],
    ['192.0.2.1', ['::ffff:192.0.2.0/120'], [], true],
    ['192.0.3.1', ['::ffff:192.0.2.0/120'], [], false],
    ['192.0.2.1', [], ['::ffff:0:0/96'], false],
    // IPv6.
    ['2001:db8::1', ['2001:db8::/32'], [], true],
    ['2001:db9::1', ['2001:db8::/32'], [], false],
    ['2001:0DB8:0000::0001', [], ['2001:db8::1'], false],
    ['2001:db8::1', ['192.0.2.0/24'], [], false],
    ['192.0.2.1', ['::/0'], [], false],
    ['192.0.2.1', ['0.0.0.0/0'], [], true],
    // stdio is this machine.
    ['stdio', [], [], true],
    ['stdio', ['127.0.0.0/8'], [], true],
    ['stdio', ['192.0.2.0/24'], [], false],
    // What is no address is in no list: not let in as soon as there is one.
    ['', ['0.0.0.0/0'], [], false],
    ['unknown', [], ['192.0.2.1'], false],
    ['127.1', ['127.0.0.0/8'], [], false],
    ['0x7f.0.0.1', ['127.0.0.0/8'], [], false],
    ['192.0.2.1, 127.0.0.1', ['127.0.0.0/8'], [], false],
  ])('%s with allow %j, deny %j: %s', (address, allow, deny, expected) => {
    expect(isAddressAllowed(address, { allow: list(...allow), deny: list(...deny) })).toBe(expected);
  });

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0',
    '10',
    '0x0a.0.0.1',
    'example.com',
    '::/129',
    '::ffff:0:0/90',
    '10.0.0.0/8.5',
  ])('%j cannot be read', entry => expect(compileAddressList([entry])).toBeUndefined());

  test('a range holds exactly the addresses that share its first bits', () => {
    const octets = fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 255 })));
    const bitsOf = (parts: number[]) => parts.map(part => part.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (range, address, length) => {
        const has = isAddressAllowed(address.join('.'), { allow: list(`${range.join('.')}/${length}`), deny: list() });
        expect(has).toBe(bitsOf(range).slice(0, length) === bitsOf(address).slice(0, length));
      }),
    );
  });
});
