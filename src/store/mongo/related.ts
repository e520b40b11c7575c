import { kernelErrors } from '../../errors.ts';
import { all, type Condition, type ConditionOf, equals, not, oneOf } from '../condition.ts';
import type { StoredField } from '../port.ts';
import { compileLocal } from './compile.ts';
import { commandOptions, type Database, type MongoModel, pathOf, type RowDocument } from './database.ts';
import { storedAt } from './mapped/mapped-model.ts';
import type { Compiled, Part } from './part.ts';
import { matching, select } from './select.ts';

interface RelatedPart extends Part {
  readonly condition: ConditionOf<'related'>;
}

/** A `related` as a list of ids, or, where that would be too long, as a join. */
export async function compileRelated(part: RelatedPart): Promise<Compiled> {
  const { model, condition, candidates } = part;
  const field = relationField(model, condition.field);
  return field.relation.inverse
    ? compileInverse({ ...part, inverse: field.relation.inverse, comodel: field.relation.model, candidates })
    : compileReference({ ...part, comodel: field.relation.model });
}

/** many2one and many2many: the field holds the ids of what is asked about. */
async function compileReference(part: RelatedPart & { comodel: string }): Promise<Compiled> {
  const { scope, model, condition, candidates, prepare } = part;
  const { database } = scope;
  const there = database.model(part.comodel);
  const path = pathOf(model, condition.field);
  const referred = candidates && referredIds(candidates, condition.field);
  const where = referred ? all(oneOf('id', referred), condition.where) : condition.where;
  const compiled = await prepare({ scope, model: there, condition: where });
  const limit = listLimit({ database, model, there }) + 1;
  const found = await select({ scope, model: there, compiled, paths: ['_id'], limit });
  if (found.length < limit) {
    const ids = found.map(row => row._id);
    const isList = model.fields.get(condition.field)?.type === 'ids';
    const refers: Condition = isList ? { kind: 'has', field: condition.field, ids } : oneOf(condition.field, ids);
    return { filter: compileLocal(model, refers), joins: [] };
  }
  return join({ ...part, there, compiled, localField: path, foreignField: '_id' });
}

/** one2many: what is asked about refers back to the row. */
async function compileInverse(part: RelatedPart & { comodel: string; inverse: string }): Promise<Compiled> {
  const { scope, model, condition, candidates, inverse, prepare } = part;
  const { database } = scope;
  const there = database.model(part.comodel);
  const where = candidates
    ? all(
        oneOf(
          inverse,
          candidates.map(row => row._id),
        ),
        condition.where,
      )
    : condition.where;
  const compiled = await prepare({ scope, model: there, condition: where });
  const limit = listLimit({ database, model, there }) + 1;
  const path = pathOf(there, inverse);
  const { mapped } = there;
  const refers = mapped ? compileLocal(there, not(equals(inverse, null))) : { [path]: { $gt: '' } };
  const referred = mapped ? storedAt(mapped, inverse) : `$${path}`;
  const pipeline = [...matching(compiled, refers), { $group: { _id: referred } }, { $limit: limit }];
  const found = await there.collection.aggregate<{ _id: string }>(pipeline, commandOptions(scope)).toArray();
  if (found.length < limit) {
    const ids = found.map(group => group._id);
    return { filter: compileLocal(model, oneOf('id', ids)), joins: [] };
  }
  return join({ ...part, there, compiled, localField: '_id', foreignField: path });
}

/** Ids of somebody else's documents may be of another type here than there, so there is nothing to join by. */
const mappedListLimit = 200_000;

function listLimit({ database, model, there }: { database: Database; model: MongoModel; there: MongoModel }): number {
  return model.mapped || there.mapped ? mappedListLimit : database.listLimit;
}

function join({
  path,
  model,
  there,
  compiled,
  localField,
  foreignField,
}: {
  path: string;
  model: MongoModel;
  there: MongoModel;
  compiled: Compiled;
  localField: string;
  foreignField: string;
}): Compiled {
  if (model.mapped || there.mapped) throw tooMany(there);
  const as = `_join${path}`;
  const pipeline = [...matching(compiled), { $limit: 1 }, { $project: { _id: 1 } }];
  return {
    filter: { [`${as}._id`]: { $exists: true } },
    joins: [{ $lookup: { from: there.collection.collectionName, localField, foreignField, pipeline, as } }],
  };
}

function tooMany(there: MongoModel): Error {
  return kernelErrors.QUERY_TIMEOUT({
    message: `The query goes through more than ${mappedListLimit} records of ${there.name}, which is too many. Narrow it.`,
  });
}

function referredIds(rows: readonly RowDocument[], field: string): string[] {
  const ids = rows.flatMap(row => row[field]).filter(id => typeof id === 'string');
  return [...new Set(ids)];
}

function relationField(
  model: MongoModel,
  name: string,
): StoredField & { readonly relation: NonNullable<StoredField['relation']> } {
  const field = model.fields.get(name);
  if (!field?.relation) throw new TypeError(`${model.name}.${name} is not a relation`);
  return { ...field, relation: field.relation };
}
