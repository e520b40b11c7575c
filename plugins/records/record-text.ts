import type { Field, OutRecord, RegisteredModel } from '../../src/index.ts';
import { fieldLabel } from './field-label.ts';

export interface RecordTextInput {
  readonly model: RegisteredModel;
  readonly record: OutRecord;
  /** Characters of one value at most. */
  readonly length: number;
}

/**
 * A record as text for people: one `Label: value` a line for every value that there is. Further lines of a value are
 * indented, so that no value can look like another field.
 */
export function recordText({ model, record, length }: RecordTextInput): { text: string; isShortened: boolean } {
  let isShortened = false;
  const lines = Object.entries(record.values).flatMap(([name, value]) => {
    const field = model.fields.get(name);
    const text = field ? valueText(value, field) : '';
    if (!field || text === '') return [];
    isShortened ||= text.length > length;
    const shown = text.length > length ? `${text.slice(0, length).toWellFormed()} […]` : text;
    return [`${fieldLabel(name, field)}: ${shown.replace(/\r\n?|[\n\u2028\u2029\u0085]/g, '\n  ')}`];
  });
  return {
    text: [`${model.definition.label}: ${record.title.replace(/\s+/g, ' ')}`, ...lines].join('\n'),
    isShortened,
  };
}

function valueText(value: unknown, field: Field): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (field.kind === 'monetary') return `${value} ${field.currency}`;
  if (field.kind === 'selection') return field.options[String(value)] ?? String(value);
  if (Array.isArray(value)) return value.map(related).join('; ');
  return typeof value === 'object' ? related(value) : String(value);
}

/** A related record by title and id; any other document as JSON. */
function related(value: unknown): string {
  if (typeof value === 'string') return value;
  const { title, id } = value as { title?: unknown; id?: unknown };
  return typeof title === 'string' && typeof id === 'string' ? `${title} (${id})` : JSON.stringify(value);
}
