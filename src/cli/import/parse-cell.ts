import { encodeValue } from '../../model/encode.ts';
import type { Field } from '../../model/field.ts';
import { plainIdIn } from '../../model/public-id.ts';

/** The title of a record, where an id was expected: to be looked up. */
export interface Title {
  readonly model: string;
  readonly title: string;
}

/** What a cell says: a value, titles to look up on the way to one, nothing (the default applies), or what was expected. */
export type Cell =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'one'; readonly of: string | Title }
  | { readonly kind: 'many'; readonly of: readonly (string | Title)[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'fault'; readonly expected: string };

/** Reads the text of a CSV cell as the field's kind has it. Several references are separated by `;`. */
export function parseTextCell(field: Field, text: string): Cell {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'empty' };
  switch (field.kind) {
    case 'char':
    case 'text':
      return checked(field, text);
    case 'integer':
    case 'float':
      // Only what is written as a decimal number: not 0x1F, not Infinity.
      return checked(field, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text);
    case 'boolean':
      return checked(field, booleans[trimmed.toLowerCase()] ?? text);
    case 'selection':
      return checked(field, keyOf(field.options, trimmed));
    case 'json':
      return parseJsonText(field, trimmed);
    case 'many2one':
      return { kind: 'one', of: reference(field.to, trimmed) };
    case 'many2many': {
      const parts = trimmed.split(';').map(part => part.trim());
      return { kind: 'many', of: parts.filter(part => part !== '').map(part => reference(field.to, part)) };
    }
    default:
      return checked(field, trimmed);
  }
}

/** A value of a JSON file; references may be titles there too. */
export function parseJsonCell(field: Field, value: unknown): Cell {
  if (field.kind === 'many2one' && typeof value === 'string') return { kind: 'one', of: reference(field.to, value) };
  if (field.kind === 'many2many' && Array.isArray(value) && value.every(item => typeof item === 'string')) {
    return { kind: 'many', of: value.map(item => reference(field.to, item)) };
  }
  if (field.kind === 'selection' && typeof value === 'string') return checked(field, keyOf(field.options, value));
  return checked(field, value);
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  false: false,
  no: false,
  0: false,
};

function checked(field: Field, value: unknown): Cell {
  const encoded = encodeValue(field, value);
  return 'expected' in encoded ? { kind: 'fault', expected: encoded.expected } : { kind: 'value', value };
}

function parseJsonText(field: Field, text: string): Cell {
  try {
    return checked(field, JSON.parse(text));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return { kind: 'fault', expected: 'JSON' };
  }
}

/** A selection may be written as its key or as its label. */
function keyOf(options: Readonly<Record<string, string>>, text: string): string {
  if (Object.hasOwn(options, text)) return text;
  return Object.entries(options).find(([, label]) => label.toLowerCase() === text.toLowerCase())?.[0] ?? text;
}

function reference(model: string, text: string): string | Title {
  return plainIdIn(model, text) ?? { model, title: text };
}
