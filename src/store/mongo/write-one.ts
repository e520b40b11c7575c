import type { WriteOperation, WriteResult } from '../port.ts';
import { conjunction, type Filter, negation } from './compile.ts';
import { conflict } from './conflict.ts';
import { commandOptions, type MongoModel, rowDocuments, type Scope } from './database.ts';
import { decodeRow, encodeChange } from './document.ts';
import { mapDuplicate } from './duplicate.ts';
import { notWritable, requireReadable, writable } from './mapped/writable.ts';
import { prepare } from './prepare.ts';
import { outOfRange, withinRange } from './range.ts';
import { projectionOf, select } from './select.ts';

export type ChangeOperation = Exclude<WriteOperation, { kind: 'insert' }>;

export interface ChangeInput {
  readonly scope: Scope;
  readonly operation: ChangeOperation;
  /** Its place in the write, for STORE_CONFLICT. */
  readonly index: number;
}

/** An update or removal whose condition is true of one row at most: one command, decided by the server. */
export async function writeOne({ scope, operation, index }: ChangeInput): Promise<WriteResult> {
  const model = scope.database.model(operation.model);
  const compiled = await prepare({ scope, model, condition: operation.where });
  const { expect } = operation;
  if (expect !== undefined && expect !== 1) {
    // That comes true by matching nothing, or not at all: there is nothing to write.
    const { length } = await select({ scope, model, compiled, paths: ['_id'], limit: 1 });
    if (length !== expect) throw conflict({ index, matched: length });
    return { matched: 0, rows: [] };
  }
  const result = await changeOne({ scope, model, operation, filter: compiled.filter });
  if (expect !== undefined && result.matched !== expect) throw conflict({ index, matched: result.matched });
  return result;
}

/** Changes the first row that the filter matches. */
export async function changeOne({
  scope,
  model,
  operation,
  filter,
}: {
  scope: Scope;
  model: MongoModel;
  operation: ChangeOperation;
  filter: Filter;
}): Promise<WriteResult> {
  if (operation.kind === 'remove') {
    const { deletedCount } = await model.collection.deleteOne(filter, commandOptions(scope));
    return { matched: deletedCount, rows: [] };
  }
  const { set = {}, add = {} } = operation;
  const change = encodeChange({ model, set, add });
  const adds = Object.keys(add).length > 0;
  const projection = projectionOf(model);
  const options = { ...commandOptions(scope), returnDocument: 'after' as const, ...(projection && { projection }) };
  const limits = [...(adds ? [withinRange(model, add)] : []), ...writable(model, set)];
  await requireReadable({ scope, model, filter, set });
  try {
    const after = await model.collection.findOneAndUpdate(conjunction([filter, ...limits]), change, options);
    if (!after && limits.length > 0) {
      // Not any row that matches by now: it may have come a moment ago, and be as good as any.
      const beyond = conjunction([filter, negation(conjunction(limits))]);
      const found = await model.collection.findOne(beyond, commandOptions(scope));
      if (found) throw adds ? outOfRange(model, add) : notWritable(model);
    }
    const rows = rowDocuments(model, after ? [after] : []).map(document => decodeRow(model, document));
    return { matched: after ? 1 : 0, rows };
  } catch (thrown) {
    throw await mapDuplicate({ thrown, scope, model, values: change.$set, besides: filter });
  }
}
