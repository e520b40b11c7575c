import { conjunction, type Filter } from './compile.ts';
import { commandOptions, type MongoModel, type RowDocument, type Scope } from './database.ts';

/** A compiled condition: `joins` are the `$lookup` stages whose results the filter speaks of, mostly none. */
export interface Compiled {
  readonly filter: Filter;
  readonly joins: readonly Filter[];
}

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

/** The pipeline's stages that let the matching documents through. */
export function matching({ filter, joins }: Compiled, restrict?: Filter): Filter[] {
  return [...(restrict ? [{ $match: restrict }] : []), ...joins, { $match: filter }];
}
