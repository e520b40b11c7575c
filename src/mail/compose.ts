/** What a message says, once, for both of its forms. All of it is plain text. */
export interface MailContent {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** Names and values, such as `Key` and `gh_ab12cd34`. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  /** The one thing to do. `url`: http or https. */
  readonly button?: { readonly label: string; readonly url: string };
  /** In small print: why one gets this, and from where. */
  readonly footer?: string;
}

/**
 * Plain text and HTML of one message. The HTML holds no script, no image and nothing that is fetched; it follows the
 * reader's light or dark mode, and its text is escaped. Throws a TypeError where the button's address is no web address.
 */
export function composeMail(content: MailContent): { text: string; html: string } {
  const url = content.button && webAddress(content.button.url);
  return { text: plainText(content, url), html: htmlPage(content, url) };
}

function plainText({ heading, paragraphs, facts = [], button, footer }: MailContent, url: string | undefined): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const table = facts.map(([name, value]) => `${`${oneLine(name)}:`.padEnd(width + 2)}${oneLine(value)}`).join('\n');
  const title = oneLine(heading);
  const parts = [
    `${title}\n${'='.repeat(Math.min(title.length, 72))}`,
    ...paragraphs,
    table,
    button && `${oneLine(button.label)}:\n${url}`,
    footer && `-- \n${footer}`,
  ];
  return `${parts.filter(part => part).join('\n\n')}\n`;
}

function htmlPage({ heading, paragraphs, facts = [], button, footer }: MailContent, url = ''): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th scope="row" style="${style.name}">${escapeHtml(name)}</th><td style="${style.value}">${escapeHtml(value)}</td></tr>`,
  );
  const body = [
    `<h1 style="${style.heading}">${escapeHtml(heading)}</h1>`,
    ...paragraphs.map(text => `<p style="${style.paragraph}">${escapeHtml(text).replaceAll('\n', '<br>')}</p>`),
    rows.length > 0 ? `<table style="${style.table}">${rows.join('')}</table>` : '',
    button
      ? `<p style="${style.paragraph}"><a class="button" href="${escapeHtml(url)}" style="${style.button}">${escapeHtml(button.label)}</a></p>` +
        `<p class="faint" style="${style.faint}">Or open this address: <span style="${style.address}">${escapeHtml(url)}</span></p>`
      : '',
    footer ? `<p class="faint" style="${style.faint}">${escapeHtml(footer)}</p>` : '',
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(heading)}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  body, .card { background: #1b1d21 !important; color: #e8e8ea !important; }
  .faint { color: #a4a7ae !important; }
  .button { background: #8ab4f8 !important; color: #10151f !important; }
}
</style>
</head>
<body style="${style.body}">
<div class="card" style="${style.card}">
${body.filter(part => part !== '').join('\n')}
</div>
</body>
</html>
`;
}

/** Mail programs drop style sheets of their own choice, so what matters is beside each element. */
const style = {
  body: "margin:0;padding:24px 12px;background:#ffffff;color:#1c1e21;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif",
  card: 'max-width:560px;margin:0 auto;background:#ffffff;color:#1c1e21',
  heading: 'font-size:22px;line-height:1.3;margin:0 0 16px',
  paragraph: 'margin:0 0 16px',
  table: 'border-collapse:collapse;margin:0 0 16px',
  name: 'text-align:left;font-weight:600;padding:4px 16px 4px 0;vertical-align:top',
  value: 'padding:4px 0;overflow-wrap:anywhere',
  button:
    'display:inline-block;padding:10px 18px;border-radius:6px;background:#1a56db;color:#ffffff;text-decoration:none;font-weight:600',
  faint: 'font-size:13px;color:#5f6368;margin:0 0 12px',
  address: 'overflow-wrap:anywhere',
} as const;

function webAddress(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TypeError('The button of a mail leads to http:// or https:// only.');
  return url.href;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? '');
}
