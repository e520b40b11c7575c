import { kernelErrors } from '../../errors.ts';
import type { WriteOperation, WriteOptions, WriteResult } from '../port.ts';
import type { Database, Scope } from './database.ts';
import { encodeChange, encodeRow } from './document.ts';
import { insertRows } from './insert.ts';
import { bounded } from './limits.ts';
import { mapError } from './map-error.ts';
import { namesOneRow } from './prepare.ts';
import { inTransaction } from './transaction.ts';
import type { Signal } from './watch.ts';
import { writeMany } from './write-many.ts';
import { writeOne } from './write-one.ts';

/** Operations that are carried out as one: a run of inserts into one model, or a single other one. */
interface Step {
  readonly first: number;
  readonly operations: readonly WriteOperation[];
}

/** Longest time for all operations of one `write`, ms: what MongoDB allows a transaction. */
const manyRowsLimit = 60_000;

/** `write` of the port. */
export async function write({
  database,
  signal,
  operations,
  options: { atomic = true } = {},
}: {
  database: Database;
  signal: Signal;
  operations: readonly WriteOperation[];
  options?: WriteOptions | undefined;
}): Promise<WriteResult[]> {
  check(database, operations);
  const [only] = operations;
  if (!only) return [];
  const work = { database, signal, operations };
  try {
    if (!atomic) return await inOrder(work);
    if (operations.length === 1 && touchesOneRow(database, only)) return await alone(work);
    return await together(work);
  } catch (thrown) {
    throw mapError(thrown);
  }
}

/** Every value is looked at before anything is written. */
function check(database: Database, operations: readonly WriteOperation[]): void {
  for (const operation of operations) {
    const model = database.model(operation.model);
    if (model.mapped?.mapping.readonly) throw new TypeError(`${model.name} is only read`);
    if (operation.kind === 'insert') encodeRow(model, operation);
    if (operation.kind === 'update') encodeChange({ model, set: operation.set, add: operation.add });
  }
}

interface Work {
  readonly database: Database;
  readonly signal: Signal;
  readonly operations: readonly WriteOperation[];
}

/** One after the other, each by itself; the first failure ends it. */
async function inOrder({ database, signal, operations }: Work): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  for (const step of stepsOf(operations)) {
    const [first] = step.operations;
    const isWhole = !first || first.kind === 'insert' || touchesOneRow(database, first) || !database.transactions;
    const work = { database, signal, operations: step.operations };
    results.push(...(isWhole ? await alone({ ...work, first: step.first }) : await together(work)));
  }
  return results;
}

/** One step without a transaction. */
async function alone({ database, signal, operations, first = 0 }: Work & { first?: number }): Promise<WriteResult[]> {
  const isShort = operations.length === 1 && operations.every(operation => touchesOneRow(database, operation));
  const limit = isShort ? database.timeLimits.write : manyRowsLimit;
  const results = await bounded(carryOut({ scope: { database, maxTime: limit }, step: { first, operations } }), limit);
  if (isTold(database, operations, results)) await signal.raise();
  return results;
}

/** All or nothing. Throws STORE_NO_TRANSACTIONS, before anything is written. */
async function together({ database, signal, operations }: Work): Promise<WriteResult[]> {
  if (!database.transactions) throw kernelErrors.STORE_NO_TRANSACTIONS();
  return inTransaction({
    database,
    limit: manyRowsLimit,
    run: async session => {
      const results: WriteResult[] = [];
      for (const step of stepsOf(operations)) {
        results.push(...(await carryOut({ scope: { database, session, maxTime: manyRowsLimit }, step })));
      }
      if (isTold(database, operations, results)) await signal.raiseWithin(session);
      return results;
    },
  });
}

async function carryOut({ scope, step: { first, operations } }: { scope: Scope; step: Step }): Promise<WriteResult[]> {
  const [operation] = operations;
  if (!operation) return [];
  if (operation.kind === 'insert') {
    const inserts = operations.filter(insert => insert.kind === 'insert');
    await insertRows({ scope, model: scope.database.model(operation.model), inserts });
    return inserts.map(() => ({ matched: 1, rows: [] }));
  }
  const one = touchesOneRow(scope.database, operation);
  return [await (one ? writeOne : writeMany)({ scope, operation, index: first })];
}

function stepsOf(operations: readonly WriteOperation[]): Step[] {
  const steps: { first: number; operations: WriteOperation[] }[] = [];
  for (const [index, operation] of operations.entries()) {
    const last = steps.at(-1);
    const before = last?.operations[0];
    const continues = before?.kind === 'insert' && operation.kind === 'insert' && before.model === operation.model;
    if (last && continues) last.operations.push(operation);
    else steps.push({ first: index, operations: [operation] });
  }
  return steps;
}

function touchesOneRow(database: Database, operation: WriteOperation): boolean {
  return operation.kind === 'insert' || namesOneRow(database.model(operation.model), operation.where);
}

/** Whether a watched model has changed. */
function isTold(database: Database, operations: readonly WriteOperation[], results: readonly WriteResult[]): boolean {
  return operations.some(
    ({ model }, index) => database.model(model).definition.watched && (results[index]?.matched ?? 0) > 0,
  );
}
