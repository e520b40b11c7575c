import { kernelErrors } from '../errors.ts';
import type { Row, StoredValue } from '../store/port.ts';
import type { OutRecord } from './environment.ts';
import type { Field } from './field.ts';
import { maskValue } from './mask.ts';
import { fromSmallestUnit } from './money.ts';
import { formatPublicId } from './public-id.ts';
import type { RecordsContext } from './records-context.ts';
import { type RelationValues, relationValues } from './relation-values.ts';
import { titleOf } from './title.ts';

export type NamedField = readonly [name: string, field: Field];

/** The columns that a store must read for these fields and the title. */
export function columnsFor({ access }: RecordsContext, fields: readonly NamedField[]): string[] {
  const columns = new Set<string>();
  if (access.shownTitle) columns.add(access.shownTitle.field);
  for (const [name, field] of fields) {
    if (field.kind === 'computed') for (const source of field.from) columns.add(source);
    else if (field.kind !== 'one2many') columns.add(name);
  }
  columns.delete('id');
  columns.delete('version');
  return [...columns];
}

/** Rows as records on the outside, with these fields; references to records that the caller may not see are left out. */
export async function decodeRows(input: {
  context: RecordsContext;
  rows: readonly Row[];
  fields: readonly NamedField[];
}): Promise<OutRecord[]> {
  const { context, rows, fields } = input;
  const relations = await relationValues(input);
  return rows.map(row => {
    const values: Record<string, unknown> = {};
    for (const [name, field] of fields) {
      const value = decodeField({ context, row, name, field, relations });
      const mask = context.access.fields.get(name)?.mask;
      values[name] = mask ? maskValue(mask, value) : value;
    }
    return bareRecord({ context, row, values });
  });
}

/** A record with these values, or with none. */
export function bareRecord(input: {
  context: RecordsContext;
  row: Row;
  values?: Readonly<Record<string, unknown>>;
}): OutRecord {
  const { context, row, values = {} } = input;
  const { access, model, parts } = context;
  return {
    id: formatPublicId(model.name, row.id),
    title: titleOf(access, row),
    url: pageOf(parts.publicUrl, model.definition.url, model.name, row.id),
    version: row.version,
    values,
  };
}

function decodeField(input: {
  context: RecordsContext;
  row: Row;
  name: string;
  field: Field;
  relations: RelationValues;
}): unknown {
  const { context, row, name, field, relations } = input;
  if (name === 'id') return formatPublicId(context.model.name, row.id);
  switch (field.kind) {
    case 'many2one':
      return relations.one(field.to, row[name]);
    case 'many2many':
      return relations.many(field.to, row[name]);
    case 'one2many':
      return relations.inverse(name, row.id);
    case 'computed':
      return compute({ context, row, name, field });
    default:
      return decodeValue(field, row[name]);
  }
}

/** A stored value that refers to nothing, as it is outside: money in decimals, a boolean never set is false. */
export function decodeValue(field: Field, value: StoredValue | undefined): unknown {
  if (value === null || value === undefined) return field.kind === 'boolean' ? false : null;
  return field.kind === 'monetary' && typeof value === 'number' ? fromSmallestUnit(value, field.decimals) : value;
}

function compute(input: {
  context: RecordsContext;
  row: Row;
  name: string;
  field: Extract<Field, { kind: 'computed' }>;
}): unknown {
  const { context, row, name, field } = input;
  const record: Record<string, unknown> = {};
  for (const source of field.from) {
    const declared = context.model.fields.get(source);
    if (source === 'id') record[source] = formatPublicId(context.model.name, row.id);
    else if (declared) record[source] = decodeValue(declared, row[source]);
  }
  try {
    return field.compute(record);
  } catch (cause) {
    throw kernelErrors.INTERNAL({ detail: `computing ${context.model.name}.${name} of ${row.id} failed`, cause });
  }
}

function pageOf(publicUrl: string, template: string | undefined, model: string, id: string): string {
  if (template === undefined) return `${publicUrl}/records/${model}/${id}`;
  const page = template.replaceAll('{id}', id);
  return page.startsWith('/') ? publicUrl + page : page;
}
