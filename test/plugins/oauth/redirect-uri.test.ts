import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isLoopbackRedirect,
  isRedirectAllowed,
  redirectUriFault,
} from '../../../plugins/oauth/clients/redirect-uri.ts';
import { verifies } from '../../requirements.ts';

const rules = { privateSchemes: ['cursor', 'vscode'] };
const fault = (uri: unknown) => redirectUriFault(uri, rules);

describe(`${verifies('OAUTH-5')} redirect URIs that are registered`, () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://claude.com/api/mcp/auth_callback',
    'https://chatgpt.com/connector_platform_oauth_redirect',
    'https://chatgpt.com/connector/oauth/Ab_1-2~x',
    'http://localhost/callback',
    'http://localhost:33418/',
    'http://127.0.0.1:8080/callback?client=1',
    'http://127.0.0.1',
    'http://[::1]:8080/callback',
    'https://vscode.dev/redirect',
    'https://client.example',
    'https://client.example?a=b',
    'https://client.example:8443/cb',
    'https://client.example/cb?next=https%3A%2F%2Fclient.example%2F',
    'https://xn--bcher-kva.example/cb',
    'com.example.app:/oauth/callback',
    'com.example.app://callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ])('%s', uri => expect(fault(uri)).toBeUndefined());

  test.each([
    ['javascript', 'javascript:alert(1)'],
    ['javascript with a host', 'javascript://client.example/%0aalert(1)'],
    ['data', 'data:text/html,x'],
    ['file', 'file:///etc/passwd'],
    ['vbscript', 'vbscript:x'],
    ['blob', 'blob:https://client.example/x'],
    ['about', 'about:blank'],
    ['web sockets', 'wss://client.example/cb'],
    ['mail', 'mailto:a@client.example'],
    ['view-source', 'view-source:https://client.example'],
    ['a diagnosis tool', 'ms-msdt:/id'],
    ['a private scheme nobody has allowed', 'evil://callback'],
    ['an allowed scheme in capitals', 'CURSOR://anysphere.cursor-mcp/cb'],
    ['a private scheme without a slash', 'com.example.app:callback'],
    ['a dotted scheme in capitals', 'Com.Example.App:/cb'],
    ['http', 'http://client.example/cb'],
    ['http to a private address', 'http://192.168.0.1/cb'],
    ['http to another loopback address', 'http://127.0.0.2/cb'],
    ['http to any address', 'http://0.0.0.0/cb'],
    ['loopback in another form', 'http://127.1/cb'],
    ['loopback as a number', 'http://2130706433/cb'],
    ['loopback as mapped IPv6', 'http://[::ffff:127.0.0.1]/cb'],
    ['loopback as a prefix', 'http://127.0.0.1.evil.example/cb'],
    ['localhost as a prefix', 'http://localhost.evil.example/cb'],
    ['localhost with a dot', 'http://localhost./cb'],
    ['https to loopback', 'https://localhost/cb'],
    ['a fragment', 'https://client.example/cb#x'],
    ['an empty fragment', 'https://client.example/cb#'],
    ['an encoded hash in the host', 'https://client.example%23.evil.example/cb'],
    ['a user name', 'https://claude.ai@evil.example/cb'],
    ['an empty user name', 'https://@evil.example/cb'],
    ['a user name and a password', 'https://a:b@client.example/cb'],
    ['an encoded at sign in the host', 'https://claude.ai%40evil.example/cb'],
    ['a user name in a private scheme', 'com.example.app://a@b/cb'],
    ['a backslash', 'https://evil.example\\@claude.ai/cb'],
    ['an encoded backslash', 'https://client.example/%5Cevil.example'],
    ['an encoded slash', 'https://client.example/%2F%2Fevil.example'],
    ['an encoded slash in lower case', 'https://client.example/a%2fb'],
    ['an encoded line break', 'https://client.example/cb%0d%0aSet-Cookie:x'],
    ['an encoded NUL', 'https://client.example/cb%00'],
    ['a percent sign alone', 'https://client.example/100%'],
    ['a tab', 'https://client.example/\tcb'],
    ['a line break', 'https://client.example/cb\nx'],
    ['a space before', ' https://client.example/cb'],
    ['a space after', 'https://client.example/cb '],
    ['a NUL', 'https://client.example/cb\u0000'],
    ['quotes', 'https://client.example/"onload='],
    ['angle brackets', 'https://client.example/<script>'],
    ['path traversal', 'https://client.example/app/../cb'],
    ['a dot segment', 'https://client.example/./cb'],
    ['encoded path traversal', 'https://client.example/app/%2e%2e/cb'],
    ['half-encoded path traversal', 'https://client.example/app/.%2E/cb'],
    ['a host in capitals', 'https://Client.example/cb'],
    ['a scheme in capitals', 'HTTPS://client.example/cb'],
    ['an encoded host', 'https://%63lient.example/cb'],
    ['a host with a dot at its end', 'https://client.example./cb'],
    ['a default port', 'https://client.example:443/cb'],
    ['a port with zeros', 'https://client.example:08443/cb'],
    ['an empty port', 'https://client.example:/cb'],
    ['an IDN', 'https://bücher.example/cb'],
    ['a look-alike', 'https://clаude.ai/cb'],
    ['full-width characters', 'https://ｃlaude.ai/cb'],
    ['an ideographic full stop', 'https://claude。ai/cb'],
    ['slashes missing', 'https:client.example/cb'],
    ['a slash too many', 'https:///client.example/cb'],
    ['no scheme', '//client.example/cb'],
    ['a path', '/cb'],
    ['a wildcard for a host', 'https://*/cb'],
    ['nothing', ''],
    ['no text', 42],
    ['too long', `https://client.example/${'x'.repeat(2000)}`],
  ])('refused: %s', (_what, uri) => {
    expect(fault(uri)).toEqual(expect.any(String));
  });

  test('what is taken is what a browser would go to', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string(), hostile), uri => {
        if (fault(uri) !== undefined) return;
        const { href, username, password, hash, protocol } = new URL(uri);
        expect([uri, `${uri}/`, uri.replace('?', '/?')]).toContain(href);
        expect([username, password, hash]).toEqual(['', '', '']);
        expect(protocol).not.toBe('javascript:');
      }),
      { numRuns: 2_000 },
    );
  });
});

const hostile = fc
  .array(
    fc.constantFrom(
      'https://',
      'http://',
      'javascript:',
      'claude.ai',
      'localhost',
      '127.0.0.1',
      '[::1]',
      '@',
      '\\',
      '/',
      '//',
      '..',
      '%2e',
      '%2f',
      '#',
      '?',
      ':',
      ':443',
      ':80',
      '\t',
      '\n',
      ' ',
      'ü',
      'A',
      '.',
      'a.b:',
      'cursor:',
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''));

describe(`${verifies('OAUTH-5')} redirect URIs of requests`, () => {
  const web = ['https://client.example/cb?a=b'];

  test.each([
    ['the same', 'https://client.example/cb?a=b', true],
    ['another path', 'https://client.example/cb2?a=b', false],
    ['a longer path', 'https://client.example/cb/x?a=b', false],
    ['another query', 'https://client.example/cb?a=c', false],
    ['a longer query', 'https://client.example/cb?a=b&c=d', false],
    ['no query', 'https://client.example/cb', false],
    ['another case', 'https://client.example/CB?a=b', false],
    ['the host in another case', 'https://Client.example/cb?a=b', false],
    ['a port', 'https://client.example:8443/cb?a=b', false],
    ['the default port', 'https://client.example:443/cb?a=b', false],
    ['http', 'http://client.example/cb?a=b', false],
    ['a subdomain', 'https://x.client.example/cb?a=b', false],
    ['a host that begins like it', 'https://client.example.evil.example/cb?a=b', false],
    ['a user name', 'https://client.example@evil.example/cb?a=b', false],
    ['a fragment', 'https://client.example/cb?a=b#x', false],
    ['a space after', 'https://client.example/cb?a=b ', false],
    ['a tab within', 'https://client.example/c\tb?a=b', false],
    ['encoded', 'https://client.example/%63b?a=b', false],
    ['path traversal', 'https://client.example/x/../cb?a=b', false],
    ['a backslash', 'https://client.example\\cb?a=b', false],
    ['nothing', '', false],
  ])('%s', (_what, requested, isAllowed) => {
    expect(isRedirectAllowed({ registered: web, requested })).toBe(isAllowed);
  });

  test.each([
    ['the same', 'http://localhost/callback', 'http://localhost/callback', true],
    ['a port', 'http://localhost/callback', 'http://localhost:49152/callback', true],
    ['another port', 'http://localhost:1234/callback', 'http://localhost:49152/callback', true],
    ['no port', 'http://127.0.0.1:1234/callback', 'http://127.0.0.1/callback', true],
    ['IPv6', 'http://[::1]/callback', 'http://[::1]:49152/callback', true],
    ['another path', 'http://localhost/callback', 'http://localhost:49152/other', false],
    ['a query', 'http://localhost/callback', 'http://localhost:49152/callback?x', false],
    ['another loopback host', 'http://localhost/callback', 'http://127.0.0.1:49152/callback', false],
    ['https', 'http://localhost/callback', 'https://localhost:49152/callback', false],
    ['a port that is none', 'http://localhost/callback', 'http://localhost:99999/callback', false],
    ['a port with a user name', 'http://localhost/callback', 'http://localhost:1@evil.example/callback', false],
    ['a user name', 'http://localhost/callback', 'http://a@localhost:49152/callback', false],
    ['a fragment', 'http://localhost/callback', 'http://localhost:49152/callback#x', false],
    ['path traversal', 'http://localhost/callback', 'http://localhost:49152/x/../callback', false],
    ['another spelling', 'http://127.0.0.1/callback', 'http://127.1:49152/callback', false],
    ['the host in capitals', 'http://localhost/callback', 'http://LOCALHOST:49152/callback', false],
  ])('loopback, %s', (_what, registered, requested, isAllowed) => {
    expect(isRedirectAllowed({ registered: [registered], requested })).toBe(isAllowed);
  });

  test('what was registered is all that is allowed, but for loopback ports', () => {
    fc.assert(
      fc.property(hostile, requested => {
        if (!isRedirectAllowed({ registered: ['http://localhost/'], requested })) return;
        expect(isLoopbackRedirect(requested)).toBe(true);
        expect(new URL(requested).hostname).toBe('localhost');
      }),
      { numRuns: 2_000 },
    );
  });
});
