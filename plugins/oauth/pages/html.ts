/** Markup that is safe to send. Made by `html` alone. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | readonly Html[] | undefined;

/**
 * A template tag: text that is put in is escaped, for elements and for quoted attributes; markup is put in as it is, and
 * a missing value is nothing. Attributes must be quoted in the template.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = parts.reduce((text, part, index) => text + markupOf(values[index - 1]) + part);
  return { markup };
}

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeText(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, character => escapes[character] ?? '');
}
