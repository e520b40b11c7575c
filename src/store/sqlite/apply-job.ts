import { kernelErrors } from '../../errors.ts';
import type { Condition } from '../condition.ts';
import { alias, compilation } from './compilation.ts';
import { compileWhere } from './compile-condition.ts';
import type { Connection } from './connection.ts';
import { isPointRead } from './point-read.ts';
import type { Tables } from './table.ts';
import type { TableWriter, Where } from './table-writer.ts';
import type { Applied, EncodedOperation, WriteJob } from './writer-protocol.ts';

export interface Workplace {
  readonly connection: Connection;
  readonly tables: Tables;
  readonly writers: ReadonlyMap<string, TableWriter>;
  /** ms that one operation may take to find its rows. */
  readonly timeLimit: number;
  /** Told of every operation that touched a row. */
  readonly onChange: (model: string) => void;
}

/** Carries out one job inside the open transaction. When it throws, an atomic job has left nothing behind. */
export function applyJob(job: WriteJob, at: Workplace): Applied[] {
  const apply = (operation: EncodedOperation, index: number) => applyOperation({ operation, index, at });
  const [first] = job.operations;
  if (job.operations.length === 1 && first && isOneStatement(first, at)) return [apply(first, 0)];
  if (job.atomic) return undoable(at.connection, () => job.operations.map(apply));
  return job.operations.map((operation, index) =>
    isOneStatement(operation, at) ? apply(operation, index) : undoable(at.connection, () => apply(operation, index)),
  );
}

function isOneStatement(operation: EncodedOperation, at: Workplace): boolean {
  return operation.kind === 'insert' && writerFor(operation.model, at).isPlain;
}

function undoable<T>({ db, prepare }: Connection, run: () => T): T {
  prepare('SAVEPOINT job').run();
  try {
    const result = run();
    prepare('RELEASE job').run();
    return result;
  } catch (error) {
    // A failure of the disk may have ended the whole transaction.
    if (db.isTransaction) db.exec('ROLLBACK TO job; RELEASE job');
    throw error;
  }
}

function writerFor(model: string, at: Workplace): TableWriter {
  const writer = at.writers.get(model);
  if (!writer) throw new TypeError(`The model ${model} was not opened.`);
  return writer;
}

interface Step {
  readonly operation: EncodedOperation;
  readonly index: number;
  readonly at: Workplace;
}

function applyOperation({ operation, index, at }: Step): Applied {
  const applied = carryOut(operation, at);
  if (operation.kind !== 'insert' && operation.expect !== undefined && operation.expect !== applied.matched) {
    throw kernelErrors.STORE_CONFLICT({ data: { index, matched: applied.matched } });
  }
  if (applied.matched > 0) at.onChange(operation.model);
  return applied;
}

function carryOut(operation: EncodedOperation, at: Workplace): Applied {
  const writer = writerFor(operation.model, at);
  switch (operation.kind) {
    case 'insert':
      writer.insert(operation.values);
      return { matched: 1, rows: [] };
    case 'update': {
      const { set, add } = operation;
      const rows = writer.update({ where: compiled(operation.where, writer, at), set, add });
      checkSums(operation.add, writer, rows);
      return { matched: rows.length, rows };
    }
    case 'remove':
      return { matched: writer.remove(compiled(operation.where, writer, at)), rows: [] };
  }
}

function compiled(where: Condition, { table }: TableWriter, at: Workplace): Where {
  const isPoint = isPointRead(where, { table, tables: at.tables });
  const to = compilation({ tables: at.tables, approach: isPoint ? 'row' : 'set', timed: !isPoint });
  const name = alias(to);
  const sql = compileWhere(where, { to, table, name });
  at.connection.deadline.set(at.timeLimit);
  return { alias: name, sql, params: to.params };
}

/** What was added may have left the numbers that a store can give back. */
function checkSums(add: readonly (readonly [string, number])[], { table }: TableWriter, rows: Applied['rows']): void {
  for (const [field] of add) {
    const position = table.columns.findIndex(column => column.field === field) + 2;
    if (rows.every(row => Number.isFinite(row[position]))) continue;
    throw kernelErrors.VALUE_NOT_STORABLE({ message: `The sum for ${field} is too large.`, data: { field } });
  }
}
