import { describe, expect, test } from 'vitest';
import { requireAddressList } from '../../../src/network/address-list.ts';
import { addressRefusal } from '../../../src/network/address-refusal.ts';
import { findTarget, type TargetRules } from '../../../src/network/target.ts';
import { verifies } from '../../requirements.ts';

describe(`${verifies('HOOK-1')} addresses that nothing is sent to`, () => {
  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback, all of it', '127.255.255.254'],
    ['this host', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['link-local, cloud metadata', '169.254.169.254'],
    ['CGNAT', '100.64.0.1'],
    ['cloud metadata in CGNAT', '100.100.100.200'],
    ['cloud metadata', '192.0.0.192'],
    ['cloud host with a public number', '168.63.129.16'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['loopback', '::1'],
    ['unspecified', '::'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped private in hex', '::ffff:a00:1'],
    ['mapped metadata', '::ffff:169.254.169.254'],
    ['compatible loopback', '::7f00:1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::a00:1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['Teredo', '2001::1'],
    ['discard', '100::1'],
    ['segment routing', '5f00::1'],
    ['no address', 'localhost'],
    ['short form', '127.1'],
    ['octal', '0177.0.0.1'],
    ['number', '2130706433'],
    ['empty', ''],
  ])('%s: %s', (_what, address) => {
    expect(addressRefusal(address, requireAddressList([]))).toEqual(expect.any(String));
  });

  test.each(['93.184.215.14', '8.8.8.8', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('public: %s', address => {
    expect(addressRefusal(address, requireAddressList([]))).toBeUndefined();
  });

  test('what the settings allow, mapped or not, and nothing beside it', () => {
    const allowed = requireAddressList(['10.1.0.0/16', 'fd00::/8']);
    expect(addressRefusal('10.1.2.3', allowed)).toBeUndefined();
    expect(addressRefusal('::ffff:10.1.2.3', allowed)).toBeUndefined();
    expect(addressRefusal('fd12::1', allowed)).toBeUndefined();
    expect(addressRefusal('10.2.0.1', allowed)).toEqual(expect.any(String));
    expect(addressRefusal('fe80::1', allowed)).toEqual(expect.any(String));
  });
});

describe('targets', () => {
  const rules = (answers: readonly string[], more: Partial<TargetRules> = {}): TargetRules => ({
    resolve: async () => answers,
    allowHttp: false,
    allowAddresses: requireAddressList([]),
    ...more,
  });

  test.each([
    ['a public name with a loopback address', 'https://public.example', ['127.0.0.1']],
    ['a public name with a mapped private address', 'https://public.example', ['::ffff:10.0.0.1']],
    ['one private address among public ones', 'https://public.example', ['8.8.8.8', '192.168.0.1']],
    ['one private IPv6 address among public ones', 'https://public.example', ['8.8.8.8', 'fd00::1']],
    ['no address', 'https://public.example', []],
    ['a literal', 'https://127.0.0.1', []],
    ['a literal in hex', 'https://0x7f.1', []],
    ['a literal as a number', 'https://2130706433', []],
    ['a literal in octal', 'https://0177.0.0.1', []],
    ['a literal with full-width digits', 'https://１２７.0.0.1', []],
    ['an IPv6 literal', 'https://[::1]', []],
    ['a mapped literal', 'https://[::ffff:7f00:1]', []],
    ['http', 'http://public.example', ['8.8.8.8']],
    ['another scheme', 'ftp://public.example', ['8.8.8.8']],
    ['a file', 'file:///etc/passwd', []],
    ['credentials', 'https://user:secret@public.example', ['8.8.8.8']],
    ['a fragment', 'https://public.example/#there', ['8.8.8.8']],
    ['no URL', 'public.example', ['8.8.8.8']],
  ])('refused: %s', async (_what, url, answers) => {
    expect(await findTarget(url, rules(answers))).toEqual({ refused: expect.any(String) });
  });

  test('a name that cannot be looked up', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await findTarget('https://nowhere.example', rules([], { resolve }))).toEqual({
      refused: 'the name nowhere.example cannot be looked up',
    });
  });

  test('taken: public https, and what the settings add', async () => {
    expect(await findTarget('https://public.example/a?b', rules(['8.8.8.8', '2606:4700::1']))).toMatchObject({
      target: { addresses: ['8.8.8.8', '2606:4700::1'] },
    });
    const inner = rules(['10.0.0.7'], { allowHttp: true, allowAddresses: requireAddressList(['10.0.0.0/8']) });
    expect(await findTarget('http://inner.example', inner)).toMatchObject({ target: { addresses: ['10.0.0.7'] } });
  });
});
