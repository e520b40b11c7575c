import { mongo } from 'mongoose';
import type { Scalar } from '../condition.ts';
import type { AggregateQuery, AggregateRow, DateUnit, StoredType } from '../port.ts';
import { commandOptions, type MongoModel, pathOf, type Scope, storedField } from './database.ts';
import { storedAt } from './mapped/mapped-model.ts';
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
  const type = typeOf(model, field);
  if (type === 'ids' || type === 'json') throw new TypeError(`${model.name}.${field} cannot be grouped by`);
  const value = storedValue(model, field);
  if (!unit) return { $ifNull: [value, null] };
  if (type !== 'string') throw new TypeError(`${model.name}.${field} is no date`);
  return { $cond: [{ $gt: [value, ''] }, beginningOf(unit, value), null] };
}

function storedValue(model: MongoModel, field: string): unknown {
  const path = pathOf(model, field);
  return model.mapped ? storedAt(model.mapped, field) : `$${path}`;
}

function typeOf(model: MongoModel, field: string): StoredType {
  if (field === 'id') return 'string';
  return field === 'version' ? 'integer' : storedField(model, field).type;
}

/**
 * The first day of the unit, by cutting the ISO text: `$dateTrunc` is a day, and a year, off on some servers. Only a
 * week needs the calendar.
 */
function beginningOf(unit: DateUnit, value: unknown): unknown {
  const cut = (from: number, length: number) => ({ $substrBytes: [value, from, length] });
  switch (unit) {
    case 'day':
      return cut(0, 10);
    case 'week': {
      const date = { $dateFromString: { dateString: { $concat: [cut(0, 10), 'T00:00:00.000Z'] } } };
      const sinceMonday = { $multiply: [{ $subtract: [{ $isoDayOfWeek: date }, 1] }, 86_400_000] };
      return { $dateToString: { date: { $subtract: [date, sinceMonday] }, format: '%Y-%m-%d' } };
    }
    case 'month':
      return { $concat: [cut(0, 7), '-01'] };
    case 'quarter': {
      const before = (month: string, then: string, otherwise: unknown) => ({
        $cond: [{ $lt: [cut(5, 2), month] }, then, otherwise],
      });
      return { $concat: [cut(0, 5), before('04', '01', before('07', '04', before('10', '07', '10'))), '-01'] };
    }
    case 'year':
      return { $concat: [cut(0, 4), '-01-01'] };
  }
}

function accumulatorOf(model: MongoModel, { operator, field }: AggregateQuery['measures'][number]): unknown {
  if (operator === 'count') return { $sum: 1 };
  if (field === undefined) throw new TypeError(`${operator} needs a field`);
  const type = typeOf(model, field);
  const hasOrder = type === 'string' && (operator === 'min' || operator === 'max');
  if (type !== 'integer' && type !== 'float' && !hasOrder)
    throw new TypeError(`${model.name}.${field} has no ${operator}`);
  return { [`$${operator}`]: storedValue(model, field) };
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
