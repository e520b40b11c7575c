import mongoose, { type Connection, mongo } from 'mongoose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../plugins/security/plugin.ts';
import { type ConfigOptions, defineConfig, defineModel, field } from '../../src/index.ts';
import { describeOnMongo } from '../contract/mongo-server.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';
import { auditOf } from '../support/people.ts';
import { callTool } from '../support/raw-client.ts';
import { startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { mongoStore, sqliteStore, type TestStore } from '../support/stores.ts';

const everything = { read: true, write: true, create: true, delete: true };

const client = defineModel({
  name: 'crm.client',
  label: 'Client',
  description: 'A client of the shop.',
  title: 'name',
  collection: {
    name: 'clients',
    fields: { name: 'fullName', mail: 'contact.mail', owner: 'team.owner', limit: { path: 'limit', as: 'double' } },
  },
  fields: {
    name: field.char({ required: true, searchable: true }),
    mail: field.char({ classify: 'pii', mask: 'email' }),
    secret: field.char(),
    owner: field.char(),
    limit: field.monetary(),
    tag_ids: field.many2many({ to: 'crm.mark' }),
  },
});

const mark = defineModel({
  name: 'crm.mark',
  label: 'Mark',
  description: 'What clients are marked with.',
  collection: { name: 'marks', readonly: true },
  fields: { name: field.char() },
});

const policies: ConfigOptions['policies'] = {
  groups: { bosses: { label: 'Bosses' }, sellers: { label: 'Sellers' } },
  access: ['crm.client', 'crm.mark'].map(model => ({ model, ...everything })),
  rules: [
    { name: 'All', model: 'crm.client', group: 'bosses', domain: [] },
    { name: 'Own', model: 'crm.client', group: 'sellers', domain: [['owner', '=', 'sam']] },
  ],
  permissions: ['crm.client', 'crm.mark'].map(model => ({ model, ...everything })),
  fields: [
    { model: 'crm.client', fields: ['secret'], except: ['bosses'] },
    { classify: 'pii', mask: true, except: ['bosses'] },
  ],
};

const plugins = { base: {}, records: {}, security: { rate: { perMinute: 100_000 } } };

describeOnMongo('collections of others, behind the gate', () => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let twin: TestGatehouse;
  let connection: Connection;
  const keys: Record<string, string> = {};
  const own = new mongo.ObjectId();
  const foreign = new mongo.ObjectId();
  const vip = new mongo.ObjectId();

  beforeAll(async () => {
    store = mongoStore();
    connection = await mongoose.createConnection(store.location).asPromise();
    await connection.collection('marks').insertOne({ _id: vip, name: 'VIP' });
    await connection.collection('clients').insertMany([
      {
        _id: own,
        fullName: 'Own Client',
        contact: { mail: 'own@example.com', phone: '1' },
        secret: 'sesame',
        team: { owner: 'sam' },
        limit: 12.5,
        tag_ids: [vip],
        theirs: { keep: new Date(0) },
      },
      { _id: foreign, fullName: 'Foreign Client', team: { owner: 'ann' }, secret: 'other', tag_ids: [vip] },
      { fullName: 'Nobody', team: { owner: ['sam'] } },
      { fullName: 'Nothing', team: { owner: { $ne: 'x' } } },
      { _id: 'sam' as never, fullName: 'Text id', team: { owner: 'sam' } },
    ]);
    const config = defineConfig({
      plugins,
      policies,
      models: [client, mark],
      store: store.location,
      server: { port: 0, logLevel: 'silent' },
    });
    gatehouse = await startGatehouse({ config });
    twin = await startGatehouse({ config });
    const { runtime } = gatehouse.app;
    const env = runtime.system('test');
    for (const [login, group] of [
      ['boss', 'bosses'],
      ['sam', 'sellers'],
    ] as const) {
      const { records } = await env.of('base.group').search({ domain: [['name', '=', group]] });
      await env.of('base.user').create([{ login, name: login, groups: records.map(({ id }) => id) }]);
      keys[login] = (await createKey({ runtime, name: login, user: login, scopes: 'all' })).key;
    }
  }, 120_000);
  afterAll(async () => {
    await twin?.stop();
    await gatehouse?.stop();
    await connection.close();
    await store.drop();
  });

  const call = async (who: string, tool: string, args: unknown, on = gatehouse) => {
    const { json } = await callTool(on.url, tool, args, { key: keys[who] });
    return {
      isError: json?.result?.isError ?? json?.error !== undefined,
      data: json?.result?.structuredContent,
      text: JSON.stringify(json),
    };
  };
  const clients = () => connection.collection('clients');
  const id = (document: mongo.ObjectId) => `crm.client/${document.toHexString()}`;

  test(`${verifies('STORE-3')} record rules, masks and hidden fields hold, and only what fits is there`, async () => {
    const found = await call('sam', 'search', { model: 'crm.client' });
    expect(found.data).toMatchObject({ total: 1 });
    expect(found.text).toContain('Own Client');
    expect(found.text).toContain('o•••@example.com');
    expect(found.text).not.toMatch(/sesame|own@|Foreign|Nobody|Text id/);
    expect(found.text).toContain('VIP');
    const all = await call('boss', 'search', { model: 'crm.client', fields: ['name', 'mail', 'secret', 'limit'] });
    expect(all.data).toMatchObject({ total: 4 });
    expect(all.text).toMatch(/own@example\.com.*sesame|sesame.*own@example\.com/);
    expect(await call('sam', 'search', { model: 'crm.client', query: 'foreign' })).toMatchObject({
      data: { total: 0 },
    });
    expect(await call('boss', 'search', { model: 'crm.client', query: 'foreign' })).toMatchObject({
      data: { total: 1 },
    });
  });

  test('what is hidden cannot be found out by domains, groups or ids', async () => {
    for (const domain of [[['secret', '=', 'sesame']], [['mail', '=', 'own@example.com']]]) {
      const refused = await call('sam', 'search', { model: 'crm.client', domain });
      expect(refused.isError).toBe(true);
      expect(refused.text).toContain('FIELD_NOT_AVAILABLE');
    }
    for (const name of ['contact.mail', 'team', 'fullName', 'theirs', '$where', '__proto__', 'gatehouseWrites']) {
      const refused = await call('boss', 'search', { model: 'crm.client', domain: [[name, '=', 'x']] });
      expect(refused.text, name).toMatch(/FIELD_NOT_AVAILABLE/);
    }
    const hidden = await call('sam', 'read', { ids: [id(foreign)] });
    const absent = await call('sam', 'read', { ids: [id(new mongo.ObjectId())] });
    expect(hidden.text.replaceAll(/[0-9a-f]{24}/g, 'ID')).toBe(absent.text.replaceAll(/[0-9a-f]{24}/g, 'ID'));
    for (const value of [{ $ne: null }, { $gt: '' }, ['$ne', 1], { $where: 'sleep(1000)' }]) {
      const refused = await call('boss', 'search', { model: 'crm.client', domain: [['name', '=', value]] });
      expect(refused.text).toContain('DOMAIN_INVALID');
    }
  });

  test('writes keep what others have there, count versions, and are in the audit log', async () => {
    const args = { ids: [id(own)], values: { name: 'New Name', limit: 99.95 }, versions: { [id(own)]: 1 } };
    const updated = await call('sam', 'write', args);
    expect(updated.isError, updated.text).toBe(false);
    expect(await clients().findOne({ _id: own })).toEqual({
      _id: own,
      fullName: 'New Name',
      contact: { mail: 'own@example.com', phone: '1' },
      secret: 'sesame',
      team: { owner: 'sam' },
      limit: 99.95,
      tag_ids: [vip],
      theirs: { keep: new Date(0) },
      gatehouseWrites: 1,
    });
    const replayed = await call('sam', 'write', args, twin);
    expect(replayed.text).toContain('RECORD_CHANGED');
    expect((await auditOf(gatehouse, 200)).some(entry => JSON.stringify(entry).includes(id(own)))).toBe(true);
  });

  test('of many writers on two instances with the same version one wins', async () => {
    const version = Number((await clients().findOne({ _id: own }))?.gatehouseWrites ?? 0) + 1;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call(
          'sam',
          'write',
          { ids: [id(own)], values: { name: `Writer ${index}` }, versions: { [id(own)]: version } },
          index % 2 ? twin : gatehouse,
        ),
      ),
    );
    expect(outcomes.filter(({ isError }) => !isError)).toHaveLength(1);
  });

  test('a record that another application takes away from the caller is gone at once', async () => {
    const moved = new mongo.ObjectId();
    await clients().insertOne({ _id: moved, fullName: 'Moved', team: { owner: 'sam' } });
    expect((await call('sam', 'read', { ids: [id(moved)] })).isError).toBe(false);
    await clients().updateOne({ _id: moved }, { $set: { 'team.owner': 'ann' } });
    expect((await call('sam', 'read', { ids: [id(moved)] })).text).toContain('RECORD_NOT_FOUND');
    expect((await call('sam', 'write', { ids: [id(moved)], values: { name: 'Mine' } })).isError).toBe(true);
    expect(await clients().findOne({ _id: moved })).toMatchObject({ fullName: 'Moved' });
    await clients().deleteOne({ _id: moved });
  });

  test('a caller cannot give a record away, nor make one of somebody else', async () => {
    const given = await call('sam', 'write', { ids: [id(own)], values: { owner: 'ann' } });
    expect(given.text).toContain('RULE_VIOLATED');
    const made = await call('sam', 'create', { model: 'crm.client', records: [{ name: 'X', owner: 'ann' }] });
    expect(made.text).toContain('RULE_VIOLATED');
    expect(await clients().countDocuments({ fullName: 'X' })).toBe(0);
  });

  test('a created record shows nothing that its document has no room for', async () => {
    const made = await call('sam', 'create', { model: 'crm.client', records: [{ name: 'Fresh', owner: 'sam' }] });
    expect(made.isError, made.text).toBe(false);
    expect(made.text).not.toContain('"createdBy":"sam"');
    expect(await clients().findOne({ fullName: 'Fresh' })).toEqual({
      _id: expect.any(mongo.ObjectId),
      fullName: 'Fresh',
      team: { owner: 'sam' },
      tag_ids: [],
    });
  });

  test('what is only read is refused to everyone, whatever the permissions say', async () => {
    for (const who of ['boss', 'sam']) {
      const refused = await call(who, 'write', { ids: [`crm.mark/${vip.toHexString()}`], values: { name: 'X' } });
      expect(refused.isError).toBe(true);
    }
    const system = gatehouse.app.runtime.system('test').of('crm.mark');
    for (const attempt of [
      () => system.create([{ name: 'X' }]),
      () => system.write([vip.toHexString()], { name: 'X' }),
      () => system.delete([vip.toHexString()]),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'OPERATION_NOT_ALLOWED' });
    }
    expect(await connection.collection('marks').find().toArray()).toEqual([{ _id: vip, name: 'VIP' }]);
  });
});

const mappedConfig = `import { defineConfig, defineModel, field } from 'gatehouse';

const mark = defineModel({
  name: 'crm.mark',
  label: 'Mark',
  description: 'A mark.',
  collection: { name: 'marks' },
  fields: { name: field.char() },
});

export default defineConfig({ plugins: { base: {}, records: {}, security: {} }, models: [mark] });
`;

async function start(location: string, collection: object): Promise<void> {
  const models = [defineModel({ ...mark, collection: { name: 'marks', ...collection } })];
  const config = defineConfig({ plugins, models, store: location, server: { port: 0, logLevel: 'silent' } });
  const started = await startGatehouse({ config });
  await started.stop();
}

test('on SQLite a mapped model is refused at start, and the message names it', async () => {
  const sqlite = await sqliteStore();
  await expect(start(sqlite.location, {})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/SQLite.*crm\.mark/),
  });
  await sqlite.drop();
});

describeOnMongo('collections that cannot be mapped', () => {
  test('migrate leaves them where they are', async () => {
    const mongodb = mongoStore();
    const connection = await mongoose.createConnection(mongodb.location).asPromise();
    await connection.collection('marks').insertOne({ name: 'theirs' });
    const folder = makeFolder({ 'mcp.config.ts': mappedConfig });
    const env = { MONGODB_URI: mongodb.location };
    const made = await runCommand(['user', 'create', '--login', 'sam'], { folder, env });
    expect(made.stderr).toBe('');
    const args = ['migrate', '--from', mongodb.location, '--to', 'sqlite:copy.db', '--json'];
    const migrated = await runCommand(args, { folder, env });
    expect(migrated.code, migrated.stderr).toBe(0);
    const { models } = JSON.parse(migrated.stdout) as { models: { model: string }[] };
    expect(models.map(({ model }) => model)).toContain('base.user');
    expect(models.map(({ model }) => model)).not.toContain('crm.mark');
    await connection.close();
    await mongodb.drop();
  }, 120_000);

  test.each([
    ['one that is not there', {}, /no collection/],
    ["Gatehouse's own", { name: 'security.api-key-secret' }, /not a collection of records of others/],
    ['its book-keeping', { name: 'gatehouse_store' }, /not a collection of records of others/],
    ["the server's", { name: 'users', database: 'admin' }, /not a collection of records of others/],
    ["the server's names", { name: 'system.users' }, /not a collection of records of others/],
  ] as const)('%s', async (_, collection, message) => {
    const mongodb = mongoStore();
    await expect(start(mongodb.location, collection)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
    await mongodb.drop();
  });
});
