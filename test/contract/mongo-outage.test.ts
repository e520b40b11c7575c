import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatehouseError } from '../../src/errors.ts';
import { equals } from '../../src/store/condition.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Store, WriteOperation } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { idOf } from './arbitrary-values.ts';
import { contractModels } from './contract-models.ts';
import { describeOnMongo } from './mongo-server.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const country = 'contract.country';

describeOnMongo('MongoDB that goes away', newDatabase => {
  const database = newDatabase();
  let proxy: TcpProxy;
  let store: Store;
  let direct: Store;

  beforeAll(async () => {
    const { hostname, port } = new URL(database.uri);
    proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    direct = await openMongoStore({ uri: database.uri, now: () => 0, queryTimeLimit: 10_000 });
    await direct.open(contractModels);
    store = await openMongoStore({ uri: throughProxy(), now: () => 0, queryTimeLimit: 2_000, selectionTimeout: 2_500 });
    await store.open(contractModels);
  });

  afterAll(async () => {
    await store.close();
    await direct.close();
    await proxy.cut();
    await database.drop();
  });

  function throughProxy(): string {
    const uri = new URL(database.uri);
    uri.host = `127.0.0.1:${proxy.port}`;
    return uri.href;
  }

  function insert(number: number): WriteOperation {
    return { kind: 'insert', model: country, row: { id: idOf(country, number), name: `N${number}` } };
  }

  /** The codes that every method of the store fails with. */
  async function codes(): Promise<unknown[]> {
    const where = { kind: 'all', of: [] } as const;
    const results = await Promise.allSettled([
      store.find({ model: country, where }),
      store.find({ model: country, where: { kind: 'related', field: 'citizen_ids', where } }),
      store.find({ model: country, where: equals('id', idOf(country, 0)) }),
      store.count({ model: country, where }),
      store.aggregate({ model: country, where, groupBy: [], measures: [{ operator: 'count' }] }),
      store.write([insert(1)]),
      store.write([insert(2), insert(3)], { atomic: false }),
      store.write([{ kind: 'update', model: country, where: equals('id', idOf(country, 0)), set: { name: 'X' } }]),
      store.write([{ kind: 'remove', model: country, where: equals('id', idOf(country, 0)) }]),
      store.ping(),
      store.open(contractModels),
    ]);
    return results.map(result =>
      result.status === 'rejected' && result.reason instanceof GatehouseError ? result.reason.code : result,
    );
  }

  async function works(): Promise<boolean> {
    return (await Promise.allSettled([store.ping()])).every(({ status }) => status === 'fulfilled');
  }

  test(`${verifies('STORE-2')} connections refused: every method says so; service resumes by itself`, async () => {
    await store.write([insert(0)]);
    await proxy.cut();
    const failed = await codes();
    expect(failed).toEqual(failed.map(() => 'STORE_UNAVAILABLE'));
    expect(await direct.count({ model: country, where: { kind: 'all', of: [] } })).toBe(1);
    await proxy.mend();
    await expect.poll(works, { timeout: 20_000 }).toBe(true);
    expect(await store.find({ model: country, where: equals('id', idOf(country, 0)), fields: ['name'] })).toEqual([
      { id: idOf(country, 0), version: 1, name: 'N0' },
    ]);
  });

  test(`${verifies('STORE-2')} connections gone silent: every method ends; service resumes by itself`, async () => {
    proxy.stall();
    const failed = await codes();
    expect(failed).toEqual(failed.map(() => 'STORE_UNAVAILABLE'));
    await proxy.cut();
    await proxy.mend();
    await expect.poll(works, { timeout: 20_000 }).toBe(true);
  });

  test('what others wrote to a watched model during an outage is told when it is over', async () => {
    let told = 0;
    const stop = store.watch(() => {
      told += 1;
    });
    await proxy.cut();
    const person = { kind: 'insert', model: 'contract.person' } as const;
    await direct.write([{ ...person, row: { id: idOf('contract.person', 0) } }]);
    await proxy.mend();
    await expect.poll(() => told, { timeout: 20_000 }).toBeGreaterThan(0);
    stop();
  });

  test('a server that is not there is not waited for, and no message holds the password', async () => {
    await proxy.cut();
    const uri = `mongodb://someone:s3cret-word@127.0.0.1:${proxy.port}/x`;
    const opened = openMongoStore({ uri, now: () => 0, queryTimeLimit: 2_000, selectionTimeout: 2_500 });
    const error: unknown = await opened.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(everythingIn(error)).not.toContain('s3cret-word');
    await proxy.mend();
  });

  test.each(['mongodb://', 'mongodb://someone:s3cret-word@', 'mongodb://someone:s3cret-word@[::1/x?w=%'])(
    'a URI that is none (%j) is a fault of the configuration',
    async uri => {
      const opened = openMongoStore({ uri, now: () => 0, queryTimeLimit: 2_000, selectionTimeout: 2_500 });
      const error: unknown = await opened.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(everythingIn(error)).not.toContain('s3cret-word');
    },
  );
});

/** All text of an error and of its causes, as a log would print it. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause ? everythingIn(error.cause) : ''}`;
}
