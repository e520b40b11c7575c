import type { Condition, Scalar } from './condition.ts';
import type { Misfit, StoredMapping } from './mapping.ts';

export type * from './mapping.ts';

/*
 * The port between Gatehouse and a database. Two adapters implement it, `sqlite/` and `mongo/`; one contract suite
 * (test/contract) says what they must agree on. The port knows rows, not rights: whoever calls it has decided already.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A stored value: a scalar, a list of ids (`ids`), or a document (`json`). A missing value is null. */
export type StoredValue = Scalar | readonly string[] | Json;

/** A stored record. Every declared field is present; missing values are null (`ids`: an empty list). */
export interface Row {
  /** 24 hex digits, lower case. */
  readonly id: string;
  /** 1 when inserted, +1 with every update. Kept by the store. */
  readonly version: number;
  readonly [field: string]: StoredValue;
}

/** How a field is kept. Dates and times are ISO 8601 strings in UTC, money an integer of the smallest unit. */
export type StoredType = 'string' | 'integer' | 'float' | 'boolean' | 'ids' | 'json';

/** A field as a store keeps it. */
export interface StoredField {
  readonly name: string;
  readonly type: StoredType;
  /** Equality, range and order on it are logarithmic. */
  readonly index: boolean;
  /** Two rows never share a value other than null. The database's own constraint. */
  readonly unique: boolean;
  /** Takes part in `words`. Strings only. */
  readonly searchable: boolean;
  /** Matched without case (`match` with `fold`): the folded form is kept beside it. Strings only. */
  readonly folded: boolean;
  /** Of a many2one (`string`), a many2many (`ids`); or a one2many, which is not stored: `inverse` is the many2one over there. */
  readonly relation?: { readonly model: string; readonly inverse?: string };
}

/** A model as a store keeps it: a table, or a collection. */
export interface StoredModel {
  /** Such as `crm.partner`: letters, digits, `_`, `-` and `.` only. */
  readonly name: string;
  /** Without `id` and `version`, which every model has. */
  readonly fields: readonly StoredField[];
  /** Further indexes over several fields, in order. */
  readonly indexes: readonly (readonly string[])[];
  /** A write to it is told to every instance (`watch`). For models that decide: keys, groups, permissions. */
  readonly watched: boolean;
  /** Its rows are documents of somebody else's collection. Only a store with `mappings` has such models. */
  readonly mapping?: StoredMapping;
}

/** One term of an order. */
export interface OrderBy {
  readonly field: string;
  readonly descending: boolean;
}

/** Which rows, which of their fields, in which order. */
export interface FindQuery {
  readonly model: string;
  readonly where: Condition;
  /** Only these fields are needed; `id` and `version` always come. Default: all. */
  readonly fields?: readonly string[];
  /** Missing values come first when ascending; strings by code point; ties by id, ascending. Default: by id. */
  readonly order?: readonly OrderBy[];
  readonly limit?: number;
  readonly offset?: number;
  /** ms; default the store's own. Past it: QUERY_TIMEOUT. */
  readonly timeLimit?: number;
  /** Whose it is: where queries wait for each other, those of one asker leave room for others'. Default: nobody's. */
  readonly asker?: string;
}

export interface CountQuery {
  readonly model: string;
  readonly where: Condition;
  readonly timeLimit?: number;
  readonly asker?: string;
}

/** What dates can be grouped by. */
export type DateUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What of which rows to sum up, by which groups. */
export interface AggregateQuery {
  readonly model: string;
  readonly where: Condition;
  /** With `unit`, a date or time is cut to its beginning in UTC (`YYYY-MM-DD`; weeks begin on Monday). */
  readonly groupBy: readonly { readonly field: string; readonly unit?: DateUnit }[];
  /** `count` counts rows and takes no field; the others leave missing values out (`sum` of none is 0, the rest null). */
  readonly measures: readonly { readonly operator: 'count' | 'sum' | 'avg' | 'min' | 'max'; readonly field?: string }[];
  /** At most this many groups, ordered by their keys, ascending. */
  readonly limit?: number;
  readonly offset?: number;
  readonly timeLimit?: number;
  readonly asker?: string;
}

/** One group. */
export interface AggregateRow {
  /** One key for each of `groupBy`. */
  readonly keys: readonly Scalar[];
  /** One value for each of `measures`. */
  readonly values: readonly (number | string | null)[];
}

/** One step of a write. */
export type WriteOperation =
  /**
   * The row begins at `version`, default 1, whatever `row` says; another one is for copies of rows that exist elsewhere.
   * A taken id or unique value: VALUE_NOT_UNIQUE with `data: { model, field }`.
   */
  | {
      readonly kind: 'insert';
      readonly model: string;
      readonly row: Omit<Row, 'version'> & { readonly [field: string]: StoredValue };
      readonly version?: number;
    }
  /**
   * Sets and adds on every row that matches at that moment, and counts its version up. With `expect`, another number
   * of matches undoes the whole write: STORE_CONFLICT with `data: { index, matched }`.
   */
  | {
      readonly kind: 'update';
      readonly model: string;
      readonly where: Condition;
      readonly set?: Readonly<Record<string, StoredValue>>;
      /** Numbers to add; a missing value counts as 0. */
      readonly add?: Readonly<Record<string, number>>;
      readonly expect?: number;
    }
  | { readonly kind: 'remove'; readonly model: string; readonly where: Condition; readonly expect?: number };

/** What became of one operation: how many rows it touched, and for an update those rows as they are now. */
export interface WriteResult {
  readonly matched: number;
  readonly rows: readonly Row[];
}

/** How a write is carried out. */
export interface WriteOptions {
  /**
   * True (default): all or nothing, durable when the promise resolves. Refused (STORE_NO_TRANSACTIONS) where the
   * server has no transactions and more than one row could be touched: more than one operation, or an update or
   * removal whose condition does not name a single id or unique value.
   * False: in order, the first failure ends it, what came before stays.
   */
  readonly atomic?: boolean;
}

/** Where stores differ. */
export interface StoreCapabilities {
  /** Several rows can be written all or nothing. */
  readonly transactions: boolean;
}

/** Which database it is. */
export interface StoreInfo {
  readonly kind: 'sqlite' | 'mongodb';
  /** For people: product and version, such as `SQLite 3.53.0`. */
  readonly product: string;
  /** Where it is, without secrets. */
  readonly location: string;
}

/**
 * Every method may throw STORE_UNAVAILABLE (within the store's own bounded time, nothing half-written).
 * Model and field names are those of `open`; others are a programming error.
 */
export interface Store {
  readonly info: StoreInfo;
  /** Known after `open`. */
  readonly capabilities: StoreCapabilities;
  /**
   * Creates what is missing for these models (tables, columns, indexes); keeps what is there. Callable again with more
   * models. Nothing is created for a mapped model; where its collection is not what it says, or the store has none:
   * CONFIG_INVALID.
   */
  open(models: readonly StoredModel[]): Promise<void>;
  find(query: FindQuery): Promise<Row[]>;
  count(query: CountQuery): Promise<number>;
  aggregate(query: AggregateQuery): Promise<AggregateRow[]>;
  /** Validates (VALUE_NOT_STORABLE), then writes; see WriteOptions. One result an operation. */
  write(operations: readonly WriteOperation[], options?: WriteOptions): Promise<WriteResult[]>;
  /**
   * Calls back within 250 ms or so after any instance or process, this one included, has written to a watched model.
   * Several writes may come as one call. Returns how to stop.
   */
  watch(listener: () => void): () => void;
  /** What in the collections of mapped models does not fit them, counted. None where no model is mapped. */
  misfits(): Promise<readonly Misfit[]>;
  /** One cheap round trip that proves that reading and writing work; throws STORE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
