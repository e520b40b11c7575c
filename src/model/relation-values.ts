import { all, equals, oneOf } from '../store/condition.ts';
import type { Row } from '../store/port.ts';
import type { Field } from './field.ts';
import { formatPublicId } from './public-id.ts';
import type { RecordsContext } from './records-context.ts';
import { titleOf } from './title.ts';

/** Records of a one2many that one value shows; a search by the inverse finds the others. */
const maxOneToMany = 100;

/** A reference to a record as it is shown. */
export interface Shown {
  readonly id: string;
  readonly title: string;
}

/** What the relational fields of some rows show, each model asked once. */
export interface RelationValues {
  /** The record, where it exists and may be seen. */
  one(model: string, id: unknown): Shown | null;
  many(model: string, ids: unknown): Shown[];
  /** Of the one2many `field` of the record `id`. */
  inverse(field: string, id: string): readonly string[];
}

type NamedField = readonly [name: string, field: Field];

const relational: ReadonlySet<Field['kind']> = new Set(['many2one', 'many2many', 'one2many']);
const nothing: RelationValues = { one: () => null, many: () => [], inverse: () => [] };

export async function relationValues(input: {
  context: RecordsContext;
  rows: readonly Row[];
  fields: readonly NamedField[];
}): Promise<RelationValues> {
  const { context, rows, fields } = input;
  if (!fields.some(([, { kind }]) => relational.has(kind))) return nothing;
  const wanted = referredIds(rows, fields);
  const shown = new Map<string, ReadonlyMap<string, Shown>>();
  const inverses = new Map<string, readonly string[]>();
  const work: Promise<void>[] = [];
  for (const [model, ids] of wanted) {
    work.push(
      shownRecords({ context, model, ids }).then(found => {
        shown.set(model, found);
      }),
    );
  }
  for (const [name, field] of fields) {
    if (field.kind !== 'one2many') continue;
    for (const row of rows) {
      work.push(
        inverseIds({ context, field, id: row.id }).then(ids => {
          inverses.set(`${name}/${row.id}`, ids);
        }),
      );
    }
  }
  if (work.length > 0) await Promise.all(work);
  const one = (model: string, id: unknown): Shown | null =>
    typeof id === 'string' ? (shown.get(model)?.get(id) ?? null) : null;
  return {
    one,
    many: (model, ids) => (Array.isArray(ids) ? ids.flatMap(id => one(model, id) ?? []) : []),
    inverse: (field, id) => inverses.get(`${field}/${id}`) ?? [],
  };
}

/** Those of these records that the caller may see, by id. */
export async function shownRecords(input: {
  context: RecordsContext;
  model: string;
  ids: Iterable<string>;
}): Promise<ReadonlyMap<string, Shown>> {
  const { context, model, ids } = input;
  const access = context.accessOf(model);
  const list = [...ids];
  const [only] = list;
  if (!access?.operations.has('read') || only === undefined) return new Map();
  const rows = await context.parts.store.find({
    model,
    where: all(list.length === 1 ? equals('id', only) : oneOf('id', list), access.rule('read')),
    fields: access.shownTitle ? [access.shownTitle.field] : [],
  });
  return new Map(rows.map(row => [row.id, { id: formatPublicId(model, row.id), title: titleOf(access, row) }]));
}

function referredIds(rows: readonly Row[], fields: readonly NamedField[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const [name, field] of fields) {
    if (field.kind !== 'many2one' && field.kind !== 'many2many') continue;
    const ids = wanted.get(field.to) ?? new Set();
    for (const row of rows) {
      const value = row[name];
      if (typeof value === 'string') ids.add(value);
      else if (Array.isArray(value)) for (const id of value) ids.add(id);
    }
    if (ids.size > 0) wanted.set(field.to, ids);
  }
  return wanted;
}

async function inverseIds(input: {
  context: RecordsContext;
  field: Extract<Field, { kind: 'one2many' }>;
  id: string;
}): Promise<string[]> {
  const { context, field, id } = input;
  const access = context.accessOf(field.to);
  if (!access?.operations.has('read')) return [];
  const rows = await context.parts.store.find({
    model: field.to,
    where: all(equals(field.inverse, id), access.rule('read')),
    fields: [],
    limit: maxOneToMany,
  });
  return rows.map(row => formatPublicId(field.to, row.id));
}
