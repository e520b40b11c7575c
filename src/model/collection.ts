import type { BsonForm, MappedField, MappedMeaning, StoredMapping } from '../store/port.ts';
import type { ModelDefinition } from './define-model.ts';
import type { Field, FieldKind } from './field.ts';
import type { Operation } from './principal.ts';

/** Where one field stands in a document, and as what. */
export interface FieldPlace {
  /** Names of members from the outside in: `address.city`. */
  readonly path: string;
  /**
   * BSON type that is written, and that references and times have to be of to be read. `date` and `datetime`: `date`
   * (default) or `string`; `monetary`: `decimal` (default), `double`, or `int` for a whole number of smallest units;
   * references: as the other model keeps its ids (default), or `objectId`, `string`, `int`.
   */
  readonly as?: BsonForm;
}

/** A collection of the same MongoDB server that others read and write too. */
export interface CollectionOptions {
  readonly name: string;
  /** Default: the store's own. */
  readonly database?: string;
  /** Nothing is ever written there, whatever permissions say. Default false. */
  readonly readonly?: boolean;
  /**
   * What its `_id` is. Default `objectId`. An `int` shows as its digits, filled up with zeros to 24, and records cannot be
   * created; a `string` has to be 24 hex digits, lower case. Documents with any other `_id` are no records.
   */
  readonly id?: StoredMapping['id'];
  /**
   * Path of the number in which the writes are counted, from 0: the version of a record is one more. Default
   * `gatehouseWrites`; Mongoose's `__v` will do.
   */
  readonly counter?: string;
  /** Where fields stand whose name is not their path. Of the system's fields only those named here are kept. */
  readonly fields?: Readonly<Record<string, string | FieldPlace>>;
}

const meanings: Readonly<Record<Exclude<FieldKind, 'one2many' | 'computed'>, MappedMeaning>> = {
  char: 'text',
  text: 'text',
  selection: 'text',
  integer: 'integer',
  float: 'float',
  monetary: 'amount',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  many2one: 'reference',
  many2many: 'references',
  json: 'json',
};

/** The forms in which a value of this meaning may stand; the first is the default. */
const forms: Readonly<Record<MappedMeaning, readonly BsonForm[]>> = {
  text: ['string'],
  integer: ['int'],
  float: ['double'],
  boolean: ['bool'],
  date: ['date', 'string'],
  datetime: ['date', 'string'],
  amount: ['decimal', 'double', 'int'],
  reference: ['string', 'objectId', 'int'],
  references: ['string', 'objectId', 'int'],
  json: ['object'],
};

const stamps: ReadonlySet<string> = new Set(['createdAt', 'createdBy', 'updatedAt', 'updatedBy']);

/** The forms that the field may have in a document; none: it does not stand in one. */
export function formsOf(field: Field): readonly BsonForm[] {
  return field.kind === 'one2many' || field.kind === 'computed' ? [] : forms[meanings[field.kind]];
}

/** The operations that a mapping leaves; undefined: the model is not mapped, or is without limits. */
export function operationsLeft({ collection }: ModelDefinition): ReadonlySet<Operation> | undefined {
  if (collection?.readonly) return new Set(['read']);
  // A new number would have to be one that nobody else gives out.
  return collection?.id === 'int' ? new Set(['read', 'write', 'delete']) : undefined;
}

/** How a mapped model stands in its collection. `idOf`: how another model keeps its ids. */
export function storedMapping(input: {
  collection: CollectionOptions;
  fields: ReadonlyMap<string, Field>;
  idOf: (model: string) => StoredMapping['id'];
}): StoredMapping {
  const { collection, fields, idOf } = input;
  const { name, database, readonly = false, id = 'objectId', counter } = collection;
  const places: [string, MappedField][] = [];
  for (const [fieldName, field] of fields) {
    const place = placeOf({ collection, name: fieldName });
    if (!place || fieldName === 'id' || fieldName === 'version') continue;
    if (field.kind === 'one2many' || field.kind === 'computed') continue;
    const [usual = 'string'] = formsOf(field);
    places.push([
      fieldName,
      {
        path: place.path,
        meaning: meanings[field.kind],
        form: place.as ?? ('to' in field ? idOf(field.to) : usual),
        decimals: field.kind === 'monetary' ? field.decimals : 0,
      },
    ]);
  }
  const counted = counter ?? (readonly ? undefined : 'gatehouseWrites');
  return {
    collection: name,
    ...(database !== undefined && { database }),
    readonly,
    id,
    ...(counted !== undefined && { counter: counted }),
    fields: Object.fromEntries(places),
  };
}

function placeOf({ collection, name }: { collection: CollectionOptions; name: string }): FieldPlace | undefined {
  const given = Object.hasOwn(collection.fields ?? {}, name) ? collection.fields?.[name] : undefined;
  if (given === undefined) return stamps.has(name) ? undefined : { path: name };
  return typeof given === 'string' ? { path: given } : given;
}
