import { mongo } from 'mongoose';
import type { Scalar } from '../condition.ts';
import type { AggregateQuery, AggregateRow, DateUnit } from '../port.ts';
import { commandOptions, type MongoModel, pathOf, type Scope } from './database.ts';
import { prepare } from './prepare.ts';
import { matching } from './select.ts';

interface Group {
  readonly _id: Readonly<Record<string, unknown>> | null;
  readonly [measure: string]: unknown;
}

/** `aggregate` of the port, within an operation. Without `groupBy` there is one group, of no rows too. */
export async function aggregate(scope: Scope, query: AggregateQuery): Promise<AggregateRow[]> {
  const { groupBy, measures, limit, offset } = query;
  if (limit === 0) return [];
  const model = scope.database.model(query.model);
  const compiled = await prepare({ scope, model, condition: query.where });
  const keys = groupBy.map(({ field, unit }, index): [string, unknown] => [`k${index}`, keyOf({ model, field, unit })]);
  const sort = Object.fromEntries(keys.map(([name]) => [`_id.${name}`, 1]));
  const pipeline = [
    ...matching(compiled),
    {
      $group: {
        _id: keys.length > 0 ? Object.fromEntries(keys) : null,
        ...Object.fromEntries(measures.map((measure, index) => [`m${index}`, accumulatorOf(model, measure)])),
      },
    },
    ...(keys.length > 0 ? [{ $sort: sort }] : []),
    ...(offset ? [{ $skip: offset }] : []),
    ...(limit ? [{ $limit: limit }] : []),
  ];
  const groups = await model.collection.aggregate<Group>(pipeline, commandOptions(scope)).toArray();
  if (keys.length === 0 && groups.length === 0 && !offset) return [ofNoRows(query)];
  return groups.map(group => ({
    keys: keys.map(([name]) => scalarOf(group._id?.[name])),
    values: measures.map((_, index) => measureOf(group[`m${index}`])),
  }));
}

function keyOf({ model, field, unit }: { model: MongoModel; field: string; unit: DateUnit | undefined }): unknown {
  const value = `$${pathOf(model, field)}`;
  if (!unit) return { $ifNull: [value, null] };
  // Dates and times are kept as ISO text in UTC; the day is all that a unit can depend on.
  const day = { $concat: [{ $substrBytes: [value, 0, 10] }, 'T00:00:00.000Z'] };
  const date = { $dateFromString: { dateString: day, onError: null, onNull: null } };
  const begin = { $dateTrunc: { date, unit, ...(unit === 'week' ? { startOfWeek: 'monday' } : {}) } };
  return { $dateToString: { date: begin, format: '%Y-%m-%d', onNull: null } };
}

function accumulatorOf(model: MongoModel, { operator, field }: AggregateQuery['measures'][number]): unknown {
  if (operator === 'count') return { $sum: 1 };
  if (field === undefined) throw new TypeError(`${operator} needs a field`);
  return { [`$${operator}`]: `$${pathOf(model, field)}` };
}

function ofNoRows({ measures }: AggregateQuery): AggregateRow {
  return { keys: [], values: measures.map(({ operator }) => (operator === 'count' || operator === 'sum' ? 0 : null)) };
}

function scalarOf(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return measureOf(value) as number | null;
}

function measureOf(value: unknown): number | string | null {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value instanceof mongo.Long ? value.toNumber() : null;
}
