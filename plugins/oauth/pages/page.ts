import { hash } from 'node:crypto';
import type { Response } from 'express';
import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** One page: what goes below its heading. */
export interface Page {
  /** Also the heading. */
  readonly title: string;
  readonly body: Html;
  /** Default 200. */
  readonly status?: number;
  /** Sources beside our own (CSP Level 3) that a form here may lead to: `form-action` binds redirects after it, too. */
  readonly formTargets?: readonly string[];
}

const styleHash = hash('sha256', style, 'base64');

/**
 * Nothing is loaded, run, framed or kept. No `Cross-Origin-Opener-Policy`: apps open these pages in a window of their own
 * and wait there for the answer, which would never come.
 */
export function pageHeaders({ formTargets = [] }: Pick<Page, 'formTargets'>): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    // Not `no-referrer`: browsers then send `Origin: null` with the form, which the Origin check refuses.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-Robots-Tag': 'noindex, nofollow',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'publickey-credentials-get=(), camera=(), microphone=(), geolocation=()',
  };
}

/** Answers with a page. */
export function sendPage(response: Response, page: Page): void {
  response
    .status(page.status ?? 200)
    .set(pageHeaders(page))
    .send(renderPage(page));
}

/** The document, to be sent with `pageHeaders`. */
export function renderPage(page: Page): string {
  return `<!doctype html>\n${layout(page).markup}\n`;
}

function layout({ title, body }: Page): Html {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Gatehouse</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
<p class="brand">Gatehouse</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>`;
}
