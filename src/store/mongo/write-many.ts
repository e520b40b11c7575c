import { kernelErrors } from '../../errors.ts';
import { equals, oneOf } from '../condition.ts';
import type { Row, WriteResult } from '../port.ts';
import { compileLocal, conjunction, negation } from './compile.ts';
import { conflict } from './conflict.ts';
import { commandOptions, type MongoModel, rowDocuments, type Scope } from './database.ts';
import { decodeRow, encodeChange } from './document.ts';
import { mapDuplicate } from './duplicate.ts';
import { notWritable, requireReadable, writable } from './mapped/writable.ts';
import { prepare } from './prepare.ts';
import { outOfRange, withinRange } from './range.ts';
import { projectionOf, select } from './select.ts';
import { type ChangeInput, type ChangeOperation, changeOne } from './write-one.ts';

const idsAtOnce = 5000;

/**
 * An update or removal of any number of rows: all or nothing within a transaction; without one row by row, each of them
 * tested again at the moment when it is written.
 */
export async function writeMany({ scope, operation, index }: ChangeInput): Promise<WriteResult> {
  const model = scope.database.model(operation.model);
  if (operation.expect !== undefined && !scope.session) {
    throw kernelErrors.STORE_NO_TRANSACTIONS({ detail: 'an exact number of rows was expected of a many-row write' });
  }
  const compiled = await prepare({ scope, model, condition: operation.where });
  if (operation.kind === 'remove' && !scope.session && compiled.joins.length === 0) {
    const { deletedCount } = await model.collection.deleteMany(compiled.filter, commandOptions(scope));
    return { matched: deletedCount, rows: [] };
  }
  const ids = (await select({ scope, model, compiled, paths: ['_id'] })).map(row => row._id);
  if (operation.expect !== undefined && operation.expect !== ids.length) {
    throw conflict({ index, matched: ids.length });
  }
  if (scope.session) return { matched: ids.length, rows: await changeAll({ scope, model, operation, ids }) };

  const result = { matched: 0, rows: [] as Row[] };
  for (const id of ids) {
    const still = compiled.joins.length > 0 ? [] : [compiled.filter];
    const { matched, rows } = await changeOne({
      scope,
      model,
      operation,
      filter: { $and: [compileLocal(model, equals('id', id)), ...still] },
    });
    result.matched += matched;
    result.rows.push(...rows);
  }
  return result;
}

/** Within a transaction, which sees to it that the rows stay as they were found. */
async function changeAll({
  scope,
  model,
  operation,
  ids,
}: {
  scope: Scope;
  model: MongoModel;
  operation: ChangeOperation;
  ids: readonly string[];
}): Promise<Row[]> {
  const rows: Row[] = [];
  const { set = {}, add = {} } = operation.kind === 'update' ? operation : {};
  const tooFar = Object.keys(add).length > 0 ? [negation(withinRange(model, add))] : [];
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const filter = compileLocal(model, oneOf('id', ids.slice(from, from + idsAtOnce)));
    if (operation.kind === 'remove') {
      await model.collection.deleteMany(filter, commandOptions(scope));
      continue;
    }
    for (const beyond of tooFar) {
      const found = await model.collection.findOne(conjunction([filter, beyond]), commandOptions(scope));
      if (found) throw outOfRange(model, add);
    }
    for (const condition of writable(model, set)) {
      const stuck = conjunction([filter, negation(condition)]);
      if (await model.collection.findOne(stuck, commandOptions(scope))) throw notWritable(model);
    }
    await requireReadable({ scope, model, filter, set });
    try {
      const change = encodeChange({ model, set: operation.set, add: operation.add });
      await model.collection.updateMany(filter, change, commandOptions(scope));
    } catch (thrown) {
      throw await mapDuplicate({ thrown, scope, model });
    }
    const projection = projectionOf(model);
    const options = { ...commandOptions(scope), sort: { _id: 1 as const }, ...(projection && { projection }) };
    const documents = await model.collection.find(filter, options).toArray();
    rows.push(...rowDocuments(model, documents).map(document => decodeRow(model, document)));
  }
  return rows;
}
