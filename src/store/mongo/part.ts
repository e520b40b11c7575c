import type { Condition } from '../condition.ts';
import type { Filter } from './compile.ts';
import type { MongoModel, RowDocument, Scope } from './database.ts';

/** A compiled condition: `joins` are the `$lookup` stages whose results the filter speaks of, mostly none. */
export interface Compiled {
  readonly filter: Filter;
  readonly joins: readonly Filter[];
}

/** A condition on the rows of a model. */
export interface Question {
  readonly scope: Scope;
  readonly model: MongoModel;
  readonly condition: Condition;
}

/** A part of a condition while it is compiled. */
export interface Part extends Question {
  /** The only rows that matter; undefined: any. */
  readonly candidates: readonly RowDocument[] | undefined;
  /** Distinguishes the joins of one query. */
  readonly path: string;
  /** Compiles a whole condition on the rows of another model. */
  readonly prepare: (question: Question) => Promise<Compiled>;
}
