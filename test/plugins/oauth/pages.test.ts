import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import { html } from '../../../plugins/oauth/pages/html.ts';
import { pageHeaders } from '../../../plugins/oauth/pages/page.ts';
import { redirectPlace } from '../../../plugins/oauth/pages/redirect-place.ts';
import { shownText } from '../../../plugins/oauth/pages/shown-text.ts';
import { formToken, isOwnForm } from '../../../plugins/oauth/people/browser-cookie.ts';
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
