import type { SentFailure } from './failure.ts';
import type { SqlValue } from './values.ts';

/* What goes between the main thread and a reader thread: one statement, and its rows. */

export interface ToReader {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** ms from now. */
  readonly limit: number;
  /** Another one than before: the file has to be opened again. */
  readonly generation: number;
}

export type FromReader =
  /** A JSON list of rows, each a list of values. */
  { readonly failure?: undefined; readonly rows: string; readonly isLast: boolean } | { readonly failure: SentFailure };

export interface ReaderData {
  readonly path: string;
  readonly closing: Int32Array;
}
