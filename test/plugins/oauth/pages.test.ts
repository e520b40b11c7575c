import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import { type ConsentPage, consentPage } from '../../../plugins/oauth/pages/consent-page.ts';
import { html } from '../../../plugins/oauth/pages/html.ts';
import { pageHeaders } from '../../../plugins/oauth/pages/page.ts';
import { redirectPlace } from '../../../plugins/oauth/pages/redirect-place.ts';
import { shownText } from '../../../plugins/oauth/pages/shown-text.ts';
import { formToken, isOwnForm } from '../../../plugins/oauth/people/browser-cookie.ts';
import type { AuthorizationRequest } from '../../../plugins/oauth/provider/authorization-server.ts';
import { readForm } from '../../../plugins/oauth/routes/read-form.ts';
import { hasCode } from '../../../src/index.ts';

test('text is escaped, markup is not, and what is missing is nothing', () => {
  const text = `<b a="1" c='2'>&amp;`;
  expect(html`<p title="${text}">${text}</p>`.markup).toBe(
    '<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;</p>',
  );
  expect(html`<ul>${[html`<li>${'<'}</li>`, html`<li>${2}</li>`]}${undefined}</ul>`.markup).toBe(
    '<ul><li>&lt;</li><li>2</li></ul>',
  );
});

test.each([
  ['plain', 'plain'],
  ['two\nlines\tand  more', 'two lines and more'],
  ['\u202eevil\u202c \u2066x\u2069\u200b\ufeff', 'evil x'],
  ['', ''],
  ['😀'.repeat(90), `${'😀'.repeat(80)}…`],
])('a stranger’s %j is shown as %j', (text, shown) => {
  expect(shownText(text)).toBe(shown);
});

test.each([
  ['https://claude.ai/api/mcp/auth_callback', 'claude.ai', 'web', 'https://claude.ai'],
  ['https://app.example:8443/x', 'app.example:8443', 'web', 'https://app.example:8443'],
  ['https://аpple.com/x', 'xn--pple-43d.com', 'web', 'https://xn--pple-43d.com'],
  ['https://a;sandbox/x', 'a;sandbox', 'web', 'https:'],
  ["https://a'b.example/x", "a'b.example", 'web', 'https:'],
  ['http://127.0.0.1:4444/cb', '127.0.0.1:4444', 'loopback', 'http://127.0.0.1:4444'],
  ['http://localhost/cb', 'localhost', 'loopback', 'http://localhost'],
  ['http://[::1]:4444/cb', '[::1]:4444', 'loopback', 'http:'],
  ['http://127.9.8.7/cb', '127.9.8.7', 'loopback', 'http://127.9.8.7'],
  ['com.example.app:/cb', 'com.example.app:', 'device', 'com.example.app:'],
  ['https://localhost.evil.example/', 'localhost.evil.example', 'web', 'https://localhost.evil.example'],
])('%s leads to %s (%s)', (uri, name, kind, formTarget) => {
  expect(redirectPlace(uri)).toEqual({ name, kind, formTarget });
  expect(pageHeaders({ formTargets: [formTarget] })['Content-Security-Policy']?.split('; ')).toHaveLength(5);
});

describe('the consent page', () => {
  const pageFor = (changes: Partial<Omit<ConsentPage, 'asked'>> & { asked?: Partial<AuthorizationRequest> } = {}) => {
    const { asked, ...rest } = changes;
    const request: AuthorizationRequest = {
      uid: 'uid',
      client: { id: 'https://app.example/oauth/client.json', name: 'App', kind: 'cimd' },
      redirectUri: 'https://app.example/callback',
      scopes: ['read', 'delete'],
      offline: false,
      resource: 'https://gatehouse.example/mcp',
      prompts: new Set(),
      loginHint: undefined,
      ...asked,
    };
    const user = { login: 'sara', name: 'Sara <b>' };
    const page = {
      action: '/act',
      token: 'token',
      user,
      possible: ['read', 'delete'] as const,
      ticked: new Set<never>(),
    };
    return consentPage({ ...page, asked: request, ...rest }).body.markup;
  };
  const count = (markup: string, part: string) => markup.split(part).length - 1;

  test('offers what was asked and can be given, ticked as told', () => {
    const markup = pageFor({ possible: ['read', 'write'], ticked: new Set(['read', 'delete']) });
    expect(count(markup, 'type="checkbox"')).toBe(1);
    expect(markup).toContain('value="read" checked');
  });
  test('has no way to agree where nothing can be given', () => {
    const markup = pageFor({ possible: [] });
    expect(count(markup, 'type="checkbox"')).toBe(0);
    expect(markup).not.toContain('value="approve"');
    expect(markup).toContain('value="deny"');
  });
  test('says who publishes the app, as far as is known', () => {
    expect(pageFor()).toContain('<dt>Published at</dt>\n<dd>app.example</dd>');
    expect(pageFor({ asked: { client: { id: 'x', name: 'X', kind: 'dcr' } } })).toContain(
      'nobody has checked its name',
    );
    expect(pageFor({ asked: { client: { id: 'x', name: 'X', kind: 'service' } } })).toContain(
      'an admin of this server',
    );
  });
  test('says that the app can come back, and where to end that', () => {
    expect(pageFor()).not.toContain('/mcp/oauth/apps');
    expect(pageFor({ asked: { offline: true } })).toContain('<a href="/mcp/oauth/apps">');
  });
  test('warns of apps on the device, and shows the names of people as text', () => {
    expect(pageFor()).not.toContain('own device');
    expect(pageFor({ asked: { redirectUri: 'com.example.app:/callback' } })).toContain('own device');
    expect(pageFor()).toContain('Sara &lt;b&gt;');
  });
});

test('the proof in a form is of one browser and one place', () => {
  const token = 'b'.repeat(43);
  const presented = formToken(token, '/one');
  expect(isOwnForm({ token, place: '/one', presented })).toBe(true);
  expect(isOwnForm({ token, place: '/two', presented })).toBe(false);
  expect(isOwnForm({ token: 'c'.repeat(43), place: '/one', presented })).toBe(false);
  expect(isOwnForm({ token, place: '/one', presented: `${presented}x` })).toBe(false);
  expect(isOwnForm({ token: undefined, place: '/one', presented })).toBe(false);
  expect(isOwnForm({ token, place: '/one', presented: undefined })).toBe(false);
  expect(presented).not.toContain(token);
});

describe('a posted form', () => {
  async function read(body: string, type: string): Promise<URLSearchParams> {
    const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
    const server = createServer((request, response) => {
      readForm(request as Request)
        .then(resolve, reject)
        .finally(() => response.end());
    }).listen(0, '127.0.0.1');
    await new Promise(done => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    const sent = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers: { 'content-type': type } });
    try {
      return await promise;
    } finally {
      await sent.catch(() => undefined);
      server.close();
    }
  }
  const invalid = (error: unknown) => hasCode(error, 'FORM_INVALID');

  test('has its fields, in UTF-8', async () => {
    const form = await read('a=%C3%A4&b=x+y&b=2', 'application/x-www-form-urlencoded; charset=UTF-8');
    expect([...form]).toEqual([
      ['a', 'ä'],
      ['b', 'x y'],
      ['b', '2'],
    ]);
  });
  test('that is none is refused', async () => {
    await expect(read('a=1', 'text/plain')).rejects.toSatisfy(invalid);
    await expect(read('{"a":1}', 'application/json')).rejects.toSatisfy(invalid);
  });
  test('that is too long is refused', async () => {
    await expect(read(`a=${'x'.repeat(20_000)}`, 'application/x-www-form-urlencoded')).rejects.toSatisfy(invalid);
  });
});
