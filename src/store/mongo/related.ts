import { all, type Condition, oneOf } from '../condition.ts';
import type { StoredField } from '../port.ts';
import { commandOptions, type MongoModel, pathOf, type RowDocument } from './database.ts';
import type { Compiled, Part } from './part.ts';
import { matching, select } from './select.ts';

interface RelatedPart extends Part {
  readonly condition: Extract<Condition, { kind: 'related' }>;
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
  const limit = database.listLimit + 1;
  const found = await select({ scope, model: there, compiled, paths: ['_id'], limit });
  if (found.length < limit) return { filter: { [path]: { $in: found.map(row => row._id) } }, joins: [] };
  return join({ ...part, there, compiled, localField: path, foreignField: '_id' });
}

/** one2many: what is asked about refers back to the row. */
async function compileInverse(part: RelatedPart & { comodel: string; inverse: string }): Promise<Compiled> {
  const { scope, condition, candidates, inverse, prepare } = part;
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
  const limit = database.listLimit + 1;
  const path = pathOf(there, inverse);
  const pipeline = [...matching(compiled, { [path]: { $gt: '' } }), { $group: { _id: `$${path}` } }, { $limit: limit }];
  const found = await there.collection.aggregate<{ _id: string }>(pipeline, commandOptions(scope)).toArray();
  if (found.length < limit) return { filter: { _id: { $in: found.map(group => group._id) } }, joins: [] };
  return join({ ...part, there, compiled, localField: '_id', foreignField: path });
}

function join({
  path,
  there,
  compiled,
  localField,
  foreignField,
}: {
  path: string;
  there: MongoModel;
  compiled: Compiled;
  localField: string;
  foreignField: string;
}): Compiled {
  const as = `_join${path}`;
  const pipeline = [...matching(compiled), { $limit: 1 }, { $project: { _id: 1 } }];
  return {
    filter: { [`${as}._id`]: { $exists: true } },
    joins: [{ $lookup: { from: there.collection.collectionName, localField, foreignField, pipeline, as } }],
  };
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
