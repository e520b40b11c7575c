import type { Field, ModelAccess } from '../../src/index.ts';

const equality = ['=', '!=', 'in', 'not in'];
const comparison = ['<', '<=', '>', '>='];
const pattern = ['like', 'ilike', 'not like', 'not ilike', '=like', '=ilike'];
const hierarchy = ['child_of', 'parent_of'];

const byKind: Readonly<Record<Field['kind'], readonly string[]>> = {
  char: [...equality, ...comparison, ...pattern],
  text: [...equality, ...comparison, ...pattern],
  integer: [...equality, ...comparison],
  float: [...equality, ...comparison],
  monetary: [...equality, ...comparison],
  date: [...equality, ...comparison],
  datetime: [...equality, ...comparison],
  boolean: equality,
  selection: [...equality, ...pattern],
  many2one: equality,
  many2many: equality,
  one2many: equality,
  json: equality,
  computed: [],
};

export interface OperatorsInput {
  readonly name: string;
  readonly field: Field;
  /** Its own model, as the caller knows it. */
  readonly access: ModelAccess;
  /** The model on the other side of a relation, where the caller knows it. */
  readonly target: ModelAccess | undefined;
}

/** The operators of a domain that fit a field, for this caller. */
export function operatorsOf({ name, field, access, target }: OperatorsInput): readonly string[] {
  if (name === 'id') return [...equality, ...comparison, ...(isHierarchy(access) ? hierarchy : [])];
  if (!('to' in field)) return byKind[field.kind];
  return [
    ...byKind[field.kind],
    // On a relation these look at the title of the record there.
    ...(target?.titleField === undefined ? [] : pattern),
    ...(isHierarchy(target) ? hierarchy : []),
  ];
}

function isHierarchy(access: ModelAccess | undefined): boolean {
  const parent = access?.registered.parentField;
  return parent !== undefined && access?.fields.get(parent)?.read === true;
}
