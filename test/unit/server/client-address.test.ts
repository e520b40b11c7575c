import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientAddress, normalizedAddress, trustedProxies } from '../../../src/server/client-address.ts';
import { verifies } from '../../requirements.ts';

const proxies = ['10.0.0.0/8', '192.168.1.1', 'fd00::/8', '2001:db8::5'];

function from(socket: string, forwardedFor?: string, trusted: readonly string[] = proxies): string {
  return clientAddress({ socket, forwardedFor, isTrusted: trustedProxies(trusted) });
}

describe(`${verifies('NET-2')} the client's address`, () => {
  test.each([
    // socket, X-Forwarded-For, address
    ['203.0.113.7', undefined, '203.0.113.7'],
    ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['::FFFF:CB00:7107', undefined, '203.0.113.7'],
    ['2001:DB8::1', undefined, '2001:db8:0:0:0:0:0:1'],
    ['fe80::1%eth0', undefined, 'fe80:0:0:0:0:0:0:1'],
    // a stranger's header is not believed
    ['203.0.113.7', '127.0.0.1', '203.0.113.7'],
    ['203.0.113.7', '10.0.0.1, 127.0.0.1', '203.0.113.7'],
    // our proxies' is, from the right
    ['10.0.0.1', '198.51.100.4', '198.51.100.4'],
    ['::ffff:10.0.0.1', '198.51.100.4', '198.51.100.4'],
    ['10.0.0.1', '127.0.0.1, 198.51.100.4', '198.51.100.4'],
    ['10.0.0.1', '127.0.0.1, 198.51.100.4, 10.9.9.9', '198.51.100.4'],
    ['10.0.0.1', '::1, ::ffff:198.51.100.4 , ::ffff:10.0.0.2', '198.51.100.4'],
    ['10.0.0.1', '198.51.100.4, 192.168.1.1', '198.51.100.4'],
    ['10.0.0.1', '198.51.100.4, 192.168.1.2', '192.168.1.2'],
    ['fd00::1', '2001:db8::9', '2001:db8:0:0:0:0:0:9'],
    // ports, brackets, quotes
    ['10.0.0.1', '198.51.100.4:5000', '198.51.100.4'],
    ['10.0.0.1', '[2001:db8::9]:443', '2001:db8:0:0:0:0:0:9'],
    ['10.0.0.1', '"[2001:db8::9]"', '2001:db8:0:0:0:0:0:9'],
    // all of them ours: the leftmost
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    // garbage ends the walk at the last trustworthy one
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.4, garbage, 10.0.0.2', '10.0.0.2'],
    ['10.0.0.1', ',,,', '10.0.0.1'],
    ['10.0.0.1', '127.1', '10.0.0.1'],
    ['10.0.0.1', '0x7f.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '2130706433', '10.0.0.1'],
    ['10.0.0.1', '0177.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '127.0.0.1\u0000', '10.0.0.1'],
    ['10.0.0.1', '<script>', '10.0.0.1'],
    ['10.0.0.1', '999.1.1.1', '10.0.0.1'],
  ])('of %s with %s is %s', (socket, forwardedFor, expected) => {
    expect(from(socket, forwardedFor)).toBe(expected);
  });

  test('without trusted proxies the header changes nothing, whatever it says', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (socket, forwardedFor) => {
        expect(from(socket, forwardedFor, [])).toBe(socket);
      }),
    );
  });

  test('what a client puts on the left of the header changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), forged => {
        expect(from('10.0.0.1', [...forged, '198.51.100.4'].join(','))).toBe('198.51.100.4');
      }),
    );
  });

  test('is always an address in its one form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), fc.string(), (socket, forwardedFor) => {
        const address = from(socket, forwardedFor);
        expect(normalizedAddress(address)).toBe(address);
      }),
    );
  });
});

test('a range in IPv4-mapped form is the IPv4 range', () => {
  expect(from('10.0.0.1', '198.51.100.4', ['::ffff:10.0.0.0/104'])).toBe('198.51.100.4');
});

test.each(['proxy.example.com', '10.0.0.0/33', '', '10.0.0'])('%s is no trusted proxy, and says so', entry => {
  expect(() => trustedProxies([entry])).toThrow(JSON.stringify(entry));
});
