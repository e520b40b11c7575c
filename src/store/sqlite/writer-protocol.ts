import type { Condition } from '../condition.ts';
import type { StoredModel } from '../port.ts';
import type { SentFailure } from './failure.ts';
import type { SqlValue } from './values.ts';

/* What goes between the main thread and the writer thread. Values are encoded and checked already. */

export type EncodedOperation =
  /** `values`: the version, the id, then one for each column in declared order. */
  | { readonly kind: 'insert'; readonly model: string; readonly values: readonly SqlValue[] }
  | {
      readonly kind: 'update';
      readonly model: string;
      readonly where: Condition;
      readonly set: readonly (readonly [field: string, value: SqlValue])[];
      readonly add: readonly (readonly [field: string, value: number])[];
      readonly expect: number | undefined;
    }
  | {
      readonly kind: 'remove';
      readonly model: string;
      readonly where: Condition;
      readonly expect: number | undefined;
    };

export interface WriteJob {
  readonly kind: 'write';
  readonly operations: readonly EncodedOperation[];
  readonly atomic: boolean;
}

export type Job =
  | WriteJob
  | { readonly kind: 'open'; readonly models: readonly StoredModel[] }
  /** Writes one row of the store's own. */
  | { readonly kind: 'ping' };

/** `rows`: as a shape over all columns reads them. */
export interface Applied {
  readonly matched: number;
  readonly rows: readonly (readonly SqlValue[])[];
}

export type Answer =
  | { readonly failure: SentFailure }
  /** Left out: every operation was an insert. */
  | { readonly failure?: undefined; readonly results?: readonly Applied[] };

export interface ToWriter {
  readonly jobs: readonly Job[];
  /** End after these. */
  readonly close: boolean;
}

export interface FromWriter {
  /** In the order of the jobs; none: a sign of life from within a long job. */
  readonly answers: readonly Answer[];
  /** How many times this thread has opened the file. */
  readonly opened: number;
}

export interface WriterData {
  readonly path: string;
  readonly models: readonly StoredModel[];
  /** Whether the file may be created. */
  readonly create: boolean;
  /** ms that one conditional write may take. */
  readonly timeLimit: number;
}
