import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { all, type Condition, equals, not, oneOf } from '../../src/store/condition.ts';
import { openMongoStore } from '../../src/store/mongo/mongo-store.ts';
import type { Store } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { contractModels } from './contract-models.ts';
import { describeOnMongo } from './mongo-server.ts';

const person = 'contract.person';

describeOnMongo('what MongoDB is asked about rows that a rule hides', newDatabase => {
  const database = newDatabase();
  let store: Store;
  let wire: Server;
  /** Messages to the server, the driver's own heartbeats among them. */
  let messages = 0;

  beforeAll(async () => {
    const uri = new URL(database.uri);
    const target = { host: uri.hostname, port: Number(uri.port || 27_017) };
    wire = createServer(client => {
      const server = connect(target);
      client.on('data', () => {
        messages += 1;
      });
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => [client, server].map(end => end.destroy()));
    });
    wire.listen(0, '127.0.0.1');
    await once(wire, 'listening');
    uri.host = `127.0.0.1:${(wire.address() as AddressInfo).port}`;
    uri.searchParams.set('directConnection', 'true');
    store = await openMongoStore({ uri: uri.href, now: () => 0, queryTimeLimit: 60_000 });
    await store.open(contractModels);
    const rows: { model: string; row: { id: string } & Record<string, string | boolean> }[] = [
      { model: 'contract.country', row: { id: 'shut', name: 'Shut', code: 'SH' } },
      { model: person, row: { id: 'hidden', name: 'Hidden', active: false, country_id: 'shut', manager_id: 'top' } },
      { model: person, row: { id: 'top', name: 'Top', active: true } },
    ];
    for (const { model, row } of rows) await store.write([{ kind: 'insert', model, row }]);
  });

  afterAll(async () => {
    await store?.close();
    wire?.close();
    await database.drop();
  });

  const rules: Record<string, Condition> = {
    'about the record itself': equals('active', true),
    'about another record': { kind: 'related', field: 'country_id', where: equals('code', 'OP') },
    'about both': all(equals('name', 'Hidden'), { kind: 'related', field: 'country_id', where: equals('code', 'OP') }),
  };
  /** Hundreds of questions, if they are asked. */
  const asked = Array.from({ length: 100 }, (_, index) =>
    not({
      kind: 'related',
      field: 'manager_id',
      where: { kind: 'related', field: 'report_ids', where: equals('age', index) },
    }),
  );

  test.each(Object.keys(rules))(
    `${verifies('RULE-1')} as much as about rows that are not there, by a rule %s`,
    async name => {
      const rule = rules[name] ?? all();
      const messagesFor = async (id: string) => {
        const before = messages;
        expect(await store.find({ model: person, where: all(rule, oneOf('id', [id, 'nobody']), ...asked) })).toEqual(
          [],
        );
        return messages - before;
      };
      const [hidden, missing] = [await messagesFor('hidden'), await messagesFor('missing')];
      expect(Math.abs(hidden - missing)).toBeLessThan(50);
    },
  );

  test('what no rule hides is asked about', async () => {
    const before = messages;
    expect(await store.find({ model: person, where: all(equals('id', 'hidden'), ...asked), fields: [] })).toHaveLength(
      1,
    );
    expect(messages - before).toBeGreaterThan(100);
  });
});
