/*
 * A mapped model: its rows are documents of a collection that others read and write too. Only MongoDB has them.
 */

/** How a value stands in a document, by the names that BSON types have. */
export type BsonForm = 'objectId' | 'string' | 'int' | 'bool' | 'date' | 'double' | 'decimal' | 'object';

/** What a value is to the model. `amount` is money, a whole number of smallest units as a row has it. */
export type MappedMeaning =
  | 'text'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'amount'
  | 'reference'
  | 'references'
  | 'json';

/** Where a field of a mapped model is in a document, and how it stands there. */
export interface MappedField {
  /** Where the value stands, such as `address.city`. */
  readonly path: string;
  readonly meaning: MappedMeaning;
  readonly form: BsonForm;
  /** Of an `amount`: digits of the smallest unit. */
  readonly decimals: number;
}

/** Which collection a mapped model is, and what of its documents is what. */
export interface StoredMapping {
  readonly collection: string;
  /** Default: the store's own. */
  readonly database?: string;
  /** Nothing is ever written. */
  readonly readonly: boolean;
  /**
   * What `_id` is; documents with another one are no rows. An `int` is an id as its decimal digits, filled up with zeros to
   * 24; a `string` has to be 24 hex digits, lower case.
   */
  readonly id: 'objectId' | 'string' | 'int';
  /** The path of a number that counts the writes: the version is one more. Left out: the version is always 1. */
  readonly counter?: string;
  /** By field. A stored field that is not among them is always missing. */
  readonly fields: Readonly<Record<string, MappedField>>;
}

/** Documents whose value does not fit: the row has none there, and the value is never overwritten. */
export interface Misfit {
  readonly model: string;
  /** `id`: the documents are no rows at all. */
  readonly field: string;
  readonly path: string;
  /** The `_id` of one of them, for people. */
  readonly example: string;
  /** How many, where they were counted. */
  readonly count?: number;
}
