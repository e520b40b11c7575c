import { conjunction, type Filter } from './compile.ts';
import { commandOptions, type MongoModel, type RowDocument, rowDocuments, type Scope } from './database.ts';
import { pathAt, projectedPaths } from './mapped/read-document.ts';
import type { Compiled } from './part.ts';

export interface Selection {
  readonly scope: Scope;
  readonly model: MongoModel;
  readonly compiled: Compiled;
  /** A further restriction that needs no joins and comes before them. */
  readonly restrict?: Filter | undefined;
  /** Members of the row documents; default: all. */
  readonly paths?: readonly string[] | undefined;
  readonly sort?: Readonly<Record<string, 1 | -1>> | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** The row documents that match. A limit of 0 finds none. */
export async function select(selection: Selection): Promise<RowDocument[]> {
  if (selection.limit === 0) return [];
  return rowDocuments(selection.model, await fetch(selection));
}

async function fetch(selection: Selection): Promise<RowDocument[]> {
  const { scope, model, compiled, restrict, limit, offset } = selection;
  const projection = projectionOf(model, selection.paths);
  const sort = sortOf(model, selection.sort);
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

/** What is fetched; undefined: all. Of somebody else's documents never more than the model knows. */
export function projectionOf({ mapped }: MongoModel, members?: readonly string[]): Record<string, 1> | undefined {
  const paths = mapped ? projectedPaths(mapped, members) : members;
  return paths && Object.fromEntries(paths.map(path => [path, 1]));
}

function sortOf({ mapped }: MongoModel, sort: Selection['sort']): Selection['sort'] {
  if (!mapped || !sort) return sort;
  const entries = Object.entries(sort).flatMap(([member, direction]): [string, 1 | -1][] => {
    const path = pathAt(mapped, member);
    return path === undefined ? [] : [[path, direction]];
  });
  return Object.fromEntries(entries);
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
  const { session, maxTime } = scope;
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
  const { cursor } = await model.db.command(command, session ? { session } : {});
  return cursor.firstBatch;
}

/** The pipeline's stages that let the matching documents through. */
export function matching({ filter, joins }: Compiled, restrict?: Filter): Filter[] {
  return [...(restrict ? [{ $match: restrict }] : []), ...joins, { $match: filter }];
}
