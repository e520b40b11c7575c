import type { Json } from '../store/port.ts';
import type { Mask } from './mask.ts';

/** Classes of personal or sensitive data, for policies that hide or mask by class. */
export type Classification = 'pii' | 'phi' | 'financial';

/** The user who creates a record, for defaults. */
export interface Caller {
  readonly id: string | null;
  readonly login: string;
}

/** What every field may say about itself. */
export interface FieldOptions {
  /** For people. Default: the name, made readable. */
  readonly label?: string;
  readonly help?: string;
  /** A record without it cannot be stored. */
  readonly required?: boolean;
  /** Set by the server or at creation by a default, never by a caller. */
  readonly readonly?: boolean;
  /** Two records never share a value. */
  readonly unique?: boolean;
  /** Searching and ordering by it is fast however many records there are. */
  readonly index?: boolean;
  /** Groups that see it; everyone else does not know that it exists. Default: all who may read the model. */
  readonly groups?: readonly string[];
  /** Only the server's own code reads and writes it, whatever groups and policies say; a caller does not know of it. */
  readonly sealed?: boolean;
  readonly classify?: Classification;
  /** What a policy that masks it leaves of it; more than `all` only of text. Default `all`: nothing. */
  readonly mask?: Mask;
  /** The value, or how to make it, of a new record that brings none; `caller` creates it (id null: the server itself). */
  readonly default?: Json | ((caller: Caller) => Json);
}

/** What a text has to be. It is asked of what is to be stored, not of what a search compares with. */
export interface TextFormat {
  /** For messages: `an e-mail address, such as sara@example.com`. */
  readonly expected: string;
  /** Answers the same for the same text, at once. */
  matches(text: string): boolean;
}

/** What a `char` or `text` field says about itself. */
export interface TextOptions extends FieldOptions {
  /** Characters at most. Default 255 for `char`, 100,000 for `text`. */
  readonly maxLength?: number;
  readonly format?: TextFormat;
  /** Takes part in `search({query})`. */
  readonly searchable?: boolean;
}

/** What a field that refers to records says about itself. */
export interface RelationOptions extends FieldOptions {
  /** The model on the other side. */
  readonly to: string;
}

/** A field as it is declared: its kind and what it says about itself. */
export type Field =
  | ({ readonly kind: 'char' | 'text' } & TextOptions)
  | ({ readonly kind: 'integer' | 'float' | 'boolean' | 'date' | 'datetime' | 'json' } & FieldOptions)
  /** An exact amount. `decimals`: digits of the smallest unit, 2 for euro and dollar. */
  | ({ readonly kind: 'monetary'; readonly currency: string; readonly decimals: number } & FieldOptions)
  | ({ readonly kind: 'selection'; readonly options: Readonly<Record<string, string>> } & FieldOptions)
  /** `onDelete`: what happens to this record when the other goes. */
  | ({ readonly kind: 'many2one'; readonly onDelete: 'restrict' | 'clear' | 'cascade' } & RelationOptions)
  /** Not stored: the records of `to` whose many2one `inverse` names this one. */
  | ({ readonly kind: 'one2many'; readonly inverse: string } & RelationOptions)
  | ({ readonly kind: 'many2many' } & RelationOptions)
  /** Made from other stored fields of the record when it is read; cannot be searched or written. */
  | ({
      readonly kind: 'computed';
      readonly from: readonly string[];
      readonly compute: (record: Readonly<Record<string, unknown>>) => Json;
    } & FieldOptions);

export type FieldKind = Field['kind'];

/** The field kinds of `defineModel`. */
export const field = {
  char: (options: TextOptions = {}): Field => ({ kind: 'char', ...options }),
  text: (options: TextOptions = {}): Field => ({ kind: 'text', ...options }),
  integer: (options: FieldOptions = {}): Field => ({ kind: 'integer', ...options }),
  float: (options: FieldOptions = {}): Field => ({ kind: 'float', ...options }),
  /** An exact amount of money, in decimals on the outside. Default: euro, two decimals. */
  monetary: (options: FieldOptions & { currency?: string; decimals?: number } = {}): Field => ({
    kind: 'monetary',
    currency: 'EUR',
    decimals: 2,
    ...options,
  }),
  /** True or false; false when nothing is said. */
  boolean: (options: FieldOptions = {}): Field => ({ kind: 'boolean', default: false, ...options }),
  /** `YYYY-MM-DD`. */
  date: (options: FieldOptions = {}): Field => ({ kind: 'date', ...options }),
  /** ISO 8601 in UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  datetime: (options: FieldOptions = {}): Field => ({ kind: 'datetime', ...options }),
  /** One of `options`, written as `{ draft: 'Draft', done: 'Done' }`. */
  selection: (options: FieldOptions & { options: Readonly<Record<string, string>> }): Field => ({
    kind: 'selection',
    ...options,
  }),
  many2one: (options: RelationOptions & { onDelete?: 'restrict' | 'clear' | 'cascade' }): Field => ({
    kind: 'many2one',
    onDelete: 'restrict',
    index: true,
    ...options,
  }),
  one2many: (options: RelationOptions & { inverse: string }): Field => ({
    kind: 'one2many',
    readonly: true,
    ...options,
  }),
  many2many: (options: RelationOptions): Field => ({ kind: 'many2many', ...options }),
  json: (options: FieldOptions = {}): Field => ({ kind: 'json', ...options }),
  computed: (
    options: FieldOptions & {
      from: readonly string[];
      compute: (record: Readonly<Record<string, unknown>>) => Json;
    },
  ): Field => ({ kind: 'computed', readonly: true, ...options }),
};
