import { conjunction, type Filter } from './compile.ts';
import { commandOptions, type MongoModel, type RowDocument, type Scope } from './database.ts';
import type { Compiled } from './part.ts';

export interface Selection {
  readonly scope: Scope;
  readonly model: MongoModel;
  readonly compiled: Compiled;
  /** A further restriction that needs no joins and comes before them. */
  readonly restrict?: Filter;
  /** Paths of the document; default: all of it. */
  readonly paths?: readonly string[] | undefined;
  readonly sort?: Readonly<Record<string, 1 | -1>> | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** The documents that match. A limit of 0 finds none. */
export async function select(selection: Selection): Promise<RowDocument[]> {
  const { scope, model, compiled, restrict, paths, sort, limit, offset } = selection;
  if (limit === 0) return [];
  const projection = paths && Object.fromEntries(paths.map(path => [path, 1]));
  if (compiled.joins.length > 0) {
    const pipeline = [
      ...matching(compiled, restrict),
      ...(sort ? [{ $sort: sort }] : []),
      ...(offset ? [{ $skip: offset }] : []),
      ...(limit ? [{ $limit: limit }] : []),
      ...(projection ? [{ $project: projection }] : []),
    ];
    return model.collection.aggregate<RowDocument>(pipeline, commandOptions(scope)).toArray();
  }
  const filter = restrict ? conjunction([restrict, compiled.filter]) : compiled.filter;
  if (limit === 1) return selectOne({ scope, model, filter, projection, sort, offset });
  const options = {
    ...commandOptions(scope),
    ...(projection ? { projection } : {}),
    ...(sort ? { sort } : {}),
    ...(offset ? { skip: offset } : {}),
    // The whole answer in the first batch, where its size is known.
    ...(limit ? { limit, batchSize: Math.min(limit, 10_000) } : { batchSize: 1000 }),
  };
  return model.collection.find(filter, options).toArray();
}

/** As a bare command: the driver's cursor costs half as much again as the read of one row itself. */
async function selectOne({
  scope,
  model,
  filter,
  projection,
  sort,
  offset,
}: {
  scope: Scope;
  model: MongoModel;
  filter: Filter;
  projection: Readonly<Record<string, number>> | undefined;
  sort: Selection['sort'];
  offset: number | undefined;
}): Promise<RowDocument[]> {
  const { session, maxTime, database } = scope;
  const command = {
    find: model.collection.collectionName,
    filter,
    ...(projection ? { projection } : {}),
    ...(sort ? { sort } : {}),
    ...(offset ? { skip: offset } : {}),
    limit: 1,
    singleBatch: true,
    maxTimeMS: maxTime,
  };
  const { cursor } = await database.db.command(command, session ? { session } : {});
  return cursor.firstBatch;
}

/** The pipeline's stages that let the matching documents through. */
export function matching({ filter, joins }: Compiled, restrict?: Filter): Filter[] {
  return [...(restrict ? [{ $match: restrict }] : []), ...joins, { $match: filter }];
}
