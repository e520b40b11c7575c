import { expect, test } from 'vitest';
import { composeMail } from '../../../src/mail/compose.ts';
import { verifies } from '../../requirements.ts';

const content = {
  heading: 'Your API key expires on 1 March',
  paragraphs: ['A new key has been made for you.', 'The old one works\nuntil 1 March.'],
  facts: [
    ['Key', 'gh_ab12cd34'],
    ['Valid until', '2026-03-01'],
  ],
  button: { label: 'Show the new key', url: 'https://mcp.example.com/keys/once?t=a&b=c' },
  footer: 'You get this because you own the key.',
} as const;

test(`${verifies('MAIL-1')} one description, as plain text`, () => {
  expect(composeMail(content).text).toBe(`Your API key expires on 1 March
===============================

A new key has been made for you.

The old one works
until 1 March.

Key:         gh_ab12cd34
Valid until: 2026-03-01

Show the new key:
https://mcp.example.com/keys/once?t=a&b=c

-- 
You get this because you own the key.
`);
});

test('and as HTML, which fetches nothing and can be read in the dark', () => {
  const { html } = composeMail(content);
  expect(html).toContain('<h1');
  expect(html).toContain('href="https://mcp.example.com/keys/once?t=a&amp;b=c"');
  expect(html).toContain('The old one works<br>until 1 March.');
  expect(html).toMatch(/<th scope="row"[^>]*>Key<\/th><td[^>]*>gh_ab12cd34<\/td>/);
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  expect(html).toContain('@media (prefers-color-scheme: dark)');
  expect(html).not.toMatch(/<img|<script|<link|<iframe|url\(|@import|src=/i);
  expect([...html.matchAll(/https?:\/\/[^\s"<]+/g)].every(([url]) => url.startsWith('https://mcp.example.com/'))).toBe(
    true,
  );
});

test('what is not there leaves no trace', () => {
  const { text, html } = composeMail({ heading: 'Hello', paragraphs: ['World.'] });
  expect(text).toBe('Hello\n=====\n\nWorld.\n');
  expect(html).not.toMatch(/<table|<a |class="faint"/);
});

test('nothing that somebody has chosen becomes markup, or a line of the table', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&amp;`;
  const { html, text } = composeMail({
    heading: evil,
    paragraphs: [evil],
    facts: [[evil, `${evil}\nValid until: never`]],
    button: { label: evil, url: `https://example.com/?q=${evil}` },
    footer: evil,
  });
  expect(html).not.toMatch(/<script|<img/);
  expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(6);
  expect(html).not.toMatch(/href="[^"]*"[^ >]/);
  expect(text).toContain('Valid until: never');
  expect(text).not.toContain('\nValid until: never');
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'not an address'])(
  'no button leads to %s',
  url => {
    expect(() => composeMail({ ...content, button: { label: 'Go', url } })).toThrow(TypeError);
  },
);
