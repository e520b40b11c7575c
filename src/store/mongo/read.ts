import { kernelErrors } from '../../errors.ts';
import type { Misfit } from '../mapping.ts';
import type { AggregateQuery, AggregateRow, CountQuery, FindQuery, Row } from '../port.ts';
import { aggregate } from './aggregate.ts';
import { commandOptions, type Database, type MongoModel, pathOf, type Scope } from './database.ts';
import { decodeRow } from './document.ts';
import { bounded, LimitReached } from './limits.ts';
import { mapError } from './map-error.ts';
import { misfitsOf } from './mapped/misfits.ts';
import { isReachable } from './ping.ts';
import { namesOneRow, prepare } from './prepare.ts';
import { matching, select } from './select.ts';

/** `find` of the port. */
export function find(database: Database, query: FindQuery): Promise<Row[]> {
  return read({ database, timeLimit: query.timeLimit, run: scope => findRows(scope, query) });
}

/** `count` of the port. */
export function count(database: Database, query: CountQuery): Promise<number> {
  return read({
    database,
    timeLimit: query.timeLimit,
    run: async scope => {
      const model = database.model(query.model);
      const compiled = await prepare({ scope, model, condition: query.where });
      const pipeline = [...matching(compiled), { $count: 'rows' }];
      const [found] = await model.collection.aggregate<{ rows: number }>(pipeline, commandOptions(scope)).toArray();
      return found?.rows ?? 0;
    },
  });
}

/** `aggregate` of the port. */
export function aggregateRows(database: Database, query: AggregateQuery): Promise<AggregateRow[]> {
  return read({ database, timeLimit: query.timeLimit, run: scope => aggregate(scope, query) });
}

/** `misfits` of the port, of one model. */
export function countMisfits(database: Database, model: MongoModel): Promise<Misfit[]> {
  const { mapped } = model;
  if (!mapped) return Promise.resolve([]);
  return read({ database, timeLimit: undefined, run: scope => misfitsOf(scope, { ...model, mapped }) });
}

/** The rows of a query, within an operation. */
async function findRows(scope: Scope, query: FindQuery): Promise<Row[]> {
  const model = scope.database.model(query.model);
  const compiled = await prepare({ scope, model, condition: query.where });
  const isOne = namesOneRow(model, query.where);
  const documents = await select({
    scope,
    model,
    compiled,
    paths: query.fields && ['_id', 'version', ...query.fields.map(field => pathOf(model, field))],
    sort: isOne ? undefined : sortOf(query, name => pathOf(model, name)),
    limit: isOne ? Math.min(query.limit ?? 1, 1) : query.limit,
    offset: query.offset,
  });
  return documents.map(document => decodeRow(model, document, query.fields));
}

/** Ties are broken by id, so that pages neither repeat nor leave out a row. */
function sortOf({ order = [] }: FindQuery, path: (field: string) => string): Record<string, 1 | -1> {
  const sort: Record<string, 1 | -1> = {};
  for (const { field, descending } of order) sort[path(field)] ??= descending ? -1 : 1;
  sort._id ??= 1;
  return sort;
}

async function read<T>({
  database,
  timeLimit,
  run,
}: {
  database: Database;
  timeLimit: number | undefined;
  run: (scope: Scope) => Promise<T>;
}): Promise<T> {
  const maxTime = timeLimit ?? database.timeLimits.query;
  try {
    return await bounded(run({ database, maxTime }), maxTime);
  } catch (thrown) {
    // Too slow, or nobody there? A server that answers at once was only too slow.
    if (thrown instanceof LimitReached && (await isReachable(database))) {
      throw kernelErrors.QUERY_TIMEOUT({ detail: thrown.message });
    }
    throw mapError(thrown);
  }
}
