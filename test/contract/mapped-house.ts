import { type Connection, mongo } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Condition, equals } from '../../src/store/condition.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Misfit, Row, Store } from '../../src/store/port.ts';
import { mappedModels } from './mapped-models.ts';
import type { TestDatabase } from './mongo-server.ts';

export const customer = 'shop.customer';
export const order = 'shop.order';
export const label = 'shop.label';

/** The id of a small number, as the others have it. */
export const oid = (number: number) => new mongo.ObjectId(id(number));
/** The same, as a row has it. */
export const id = (number: number) => number.toString(16).padStart(24, '0');

/** A store whose models are mapped onto collections that the tests fill as another application would; empty before each. */
export interface MappedHouse {
  readonly store: Store;
  readonly connection: Connection;
  /** What the store has told of. */
  readonly misfits: readonly Misfit[];
  customers(): ReturnType<Connection['collection']>;
  find(model: string, where: Condition): Promise<string[]>;
  one(number: number): Promise<Row | undefined>;
  /** The customer's document. */
  raw(number: number): Promise<Record<string, unknown> | null>;
}

export function mappedHouse(newDatabase: () => TestDatabase): MappedHouse {
  const database = newDatabase();
  let connection: Connection;
  let store: Store;
  let misfits: Misfit[];
  const customers = () => connection.collection('customers');
  const find = async (model: string, where: Condition) => (await store.find({ model, where })).map(row => row.id);

  beforeAll(async () => {
    connection = await database.connect();
    for (const name of ['customers', 'orders', 'labels']) await connection.createCollection(name);
    await customers().createIndex({ 'contact.email': 1 }, { unique: true, sparse: true });
  });
  beforeEach(async () => {
    for (const name of ['customers', 'orders', 'labels']) await connection.collection(name).deleteMany({});
    misfits = [];
    store = await openMongoStore({
      uri: database.uri,
      now: () => 0,
      queryTimeLimit: 10_000,
      onMisfit: misfit => misfits.push(misfit),
    });
    await store.open(mappedModels);
  });
  afterEach(() => store.close());
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  return {
    get store() {
      return store;
    },
    get connection() {
      return connection;
    },
    get misfits() {
      return misfits;
    },
    customers,
    find,
    one: async number => (await store.find({ model: customer, where: equals('id', id(number)) }))[0],
    raw: number => customers().findOne({ _id: oid(number) }),
  };
}
