import fc from 'fast-check';
import { type Connection, mongo } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { equals, not, oneOf, type Scalar } from '../../src/store/condition.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { MappedField, Row, Store, StoredModel } from '../../src/store/port.ts';
import { describeOnMongo } from './mongo-server.ts';

const model = 'odd.thing';
const everything = { kind: 'all', of: [] } as const;

/** One field for each way in which a value can stand, all of them at the same place of documents of their own. */
const fields: Readonly<Record<string, Omit<MappedField, 'path'>>> = {
  text: { meaning: 'text', form: 'string', decimals: 0 },
  integer: { meaning: 'integer', form: 'int', decimals: 0 },
  float: { meaning: 'float', form: 'double', decimals: 0 },
  boolean: { meaning: 'boolean', form: 'bool', decimals: 0 },
  day: { meaning: 'date', form: 'date', decimals: 0 },
  day_text: { meaning: 'date', form: 'string', decimals: 0 },
  moment: { meaning: 'datetime', form: 'date', decimals: 0 },
  moment_text: { meaning: 'datetime', form: 'string', decimals: 0 },
  cents: { meaning: 'amount', form: 'decimal', decimals: 2 },
  units: { meaning: 'amount', form: 'double', decimals: 0 },
  reference: { meaning: 'reference', form: 'objectId', decimals: 0 },
  reference_text: { meaning: 'reference', form: 'string', decimals: 0 },
  reference_number: { meaning: 'reference', form: 'int', decimals: 0 },
};

const types = { integer: 'integer', amount: 'integer', float: 'float', boolean: 'boolean' } as const;

const thing: StoredModel = {
  name: model,
  indexes: [],
  watched: false,
  fields: Object.entries(fields).map(([name, { meaning }]) => ({
    name,
    type: types[meaning as keyof typeof types] ?? 'string',
    index: false,
    unique: false,
    searchable: false,
    folded: false,
  })),
  mapping: {
    collection: 'things',
    readonly: true,
    id: 'objectId',
    fields: Object.fromEntries(Object.entries(fields).map(([name, place]) => [name, { ...place, path: `in.${name}` }])),
  },
};

const scalars = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    2 ** 53,
    1e300,
    5e-324,
  ),
  fc.integer(),
  fc.integer({ min: -10_000, max: 10_000 }).map(cents => cents / 100),
  fc.double(),
  fc.string({ maxLength: 8 }).filter(text => !text.includes('\0')),
  fc.integer({ min: 0, max: 10 ** 12 }).map(String),
  fc.date({ noInvalidDate: true }),
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map(date => date.toISOString()),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map(day => new Date(day * 86_400_000)),
  fc.integer({ min: 0, max: 30_000 }).map(day => new Date(day * 86_400_000).toISOString().slice(0, 10)),
  fc.constantFrom(
    '2024-02-30',
    '2024-13-01',
    '2024-02-30T25:00:00.000Z',
    '2024-01-01\n',
    '0000-00-00',
    '2023-02-29',
    '1900-02-29',
    '2000-02-29',
  ),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -6, max: 6 }))
    .map(([digits, exponent]) => mongo.Decimal128.fromString(`${digits}E${exponent}`)),
  fc
    .constantFrom('NaN', 'Infinity', '-0', '0E+10', '1E-6000', '1E+6000', '100.00')
    .map(text => mongo.Decimal128.fromString(text)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(number => mongo.Long.fromBigInt(number)),
  fc.integer({ min: 0, max: 2 ** 31 }).map(number => new mongo.ObjectId(number.toString(16).padStart(24, '0'))),
  fc.integer({ min: 0, max: 2 ** 31 }).map(number => number.toString(16).padStart(24, '0')),
  fc.constantFrom<unknown>(/x/, new mongo.Binary(Buffer.from('x')), new mongo.MinKey(), { $gt: '' }),
);
const values = fc.oneof(
  { weight: 8, arbitrary: scalars },
  { weight: 1, arbitrary: fc.array(scalars, { maxLength: 3 }) },
);

describeOnMongo('mapped values: what is read, found and grouped is the same', newDatabase => {
  const database = newDatabase();
  let connection: Connection;
  let store: Store;

  beforeAll(async () => {
    connection = await database.connect();
    await connection.createCollection('things');
    store = await openMongoStore({ uri: database.uri, now: () => 0, queryTimeLimit: 30_000 });
    await store.open([thing]);
  });
  afterAll(async () => {
    await store.close();
    await connection.close();
    await database.drop();
  });

  const ids = async (where: Parameters<Store['find']>[0]['where']) =>
    new Set((await store.find({ model, where, fields: [] })).map(row => row.id));

  test.each(Object.keys(fields))('%s', { timeout: 120_000 }, async field => {
    const property = fc.asyncProperty(fc.array(values, { minLength: 40, maxLength: 40 }), async raws => {
      await connection.collection('things').deleteMany({});
      await connection.collection('things').insertMany(raws.map(raw => ({ in: { [field]: raw } })) as never);
      const rows = await store.find({ model, where: everything, fields: [field] });
      expect(rows).toHaveLength(raws.length);
      const read = new Map(rows.map(row => [row.id, row[field] as Scalar]));

      const groups = await store.aggregate({
        model,
        where: everything,
        groupBy: [{ field: 'id' }, { field }],
        measures: [],
      });
      expect(new Map(groups.map(({ keys: [id, value] }) => [id, value]))).toEqual(read);

      const missing = idsOf(rows, row => row[field] === null);
      expect(await ids(equals(field, null))).toEqual(missing);
      expect(await ids(not(equals(field, null)))).toEqual(idsOf(rows, row => row[field] !== null));
      const some = [...new Set(read.values())].filter(value => value !== null).slice(0, 3);
      for (const value of some) {
        expect(await ids(equals(field, value)), `= ${value}`).toEqual(idsOf(rows, row => row[field] === value));
        expect(await ids(oneOf(field, [value, null])), `in ${value}`).toEqual(
          idsOf(rows, row => row[field] === value || row[field] === null),
        );
        if (typeof value === 'boolean') continue;
        for (const [operator, holds] of comparisons) {
          const found = await ids({ kind: 'compare', field, operator, value });
          expect(found, `${operator} ${value}`).toEqual(
            idsOf(rows, row => row[field] !== null && holds(compare(row[field] as Scalar, value))),
          );
        }
      }
    });
    await fc.assert(property, { numRuns: 6, endOnFailure: true });
  });
});

const comparisons = [
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
] as const;

/** Text by code point, as stores do. */
function compare(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function idsOf(rows: readonly Row[], holds: (row: Row) => boolean): Set<string> {
  return new Set(rows.filter(holds).map(row => row.id));
}
