import type { OrderBy } from '../store/port.ts';
import type { Field, FieldKind } from './field.ts';

/** Kinds that have an order. Relations do not: their order would be that of ids, which means nothing to anyone. */
const orderable: ReadonlySet<FieldKind> = new Set([
  'char',
  'text',
  'integer',
  'float',
  'monetary',
  'boolean',
  'date',
  'datetime',
  'selection',
]);

/** Whether records can be ordered by a field. */
export function isOrderable(field: Field): boolean {
  return orderable.has(field.kind);
}

/** `name, date desc` taken apart; a term that is not of this form is given back as it is, without a direction. */
export function splitOrder(text: string): { readonly term: string; readonly by: OrderBy | undefined }[] {
  return text.split(',').map(part => {
    const term = part.trim();
    const found = /^(\S+)(?:\s+(asc|desc))?$/i.exec(term);
    const by = found?.[1] ? { field: found[1], descending: found[2]?.toLowerCase() === 'desc' } : undefined;
    return { term, by };
  });
}
