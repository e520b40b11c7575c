import { hash } from 'node:crypto';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}' +
  'code{display:block;padding:1rem;border:1px solid;border-radius:6px;overflow-wrap:anywhere;user-select:all}' +
  'button{font:inherit;padding:.6rem 1.2rem;border-radius:6px;cursor:pointer}';

/**
 * Headers of every answer on a link: nothing is loaded, run, framed or kept, and no other site learns the address. Not
 * `no-referrer`: browsers then send `Origin: null` with the form, which the Origin check refuses.
 */
export const handoverHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex, nofollow',
};

/** Before: a button, because what only looks (a mail scanner, a preview) presses none. */
export function offerPage(): string {
  return page(
    'Fetch your new API key',
    '<p>The key is shown once, right after you press the button. Have the place where you keep it at hand; this link works a single time.</p><form method="post"><button>Show the key</button></form>',
  );
}

/** The one time that the key is shown. It and the prefix consist of letters, digits and `_`. */
export function keyPage({ key, prefix }: { key: string; prefix: string }): string {
  return page(
    'Your new API key',
    `<p>This is the only time that it is shown. Copy it now, and put it in the place of the old one.</p><code>${key}</code><p>Its prefix, which is no secret: ${prefix}.</p>`,
  );
}

/** The same for a link that never was, is used up, or is too old. */
export function gonePage(): string {
  return page(
    'This link does not work any more',
    '<p>It has been used, or its time is over. If it was not you who used it, tell an admin at once: somebody else may have the key. An admin can make a new link.</p>',
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1>${body}</body>
</html>
`;
}
