import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mongoose, { type Connection, mongo } from 'mongoose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeOnMongo } from '../contract/mongo-server.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { makeFolder, writeInto } from '../support/folder.ts';
import { mongoStore, type TestStore } from '../support/stores.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

const top = join(import.meta.dirname, '..', '..');

/** Text that stands in the documents and may stand nowhere else. */
const marker = 'Zebrafink';

const config = `import { defineConfig } from 'gatehouse';
import { models } from './models/index.ts';

export default defineConfig({ plugins: { base: {}, records: {}, security: {} }, models });
`;

describeOnMongo('introspect', () => {
  let store: TestStore;
  let connection: Connection;

  beforeAll(async () => {
    store = mongoStore();
    connection = await mongoose.createConnection(store.location).asPromise();
    await fill(connection);
  }, 120_000);
  afterAll(async () => {
    await connection.close();
    await store.drop();
  });

  const introspect = (folder: string, ...args: string[]) =>
    runCommand(['introspect', '--uri', store.location, '--prefix', 'shop', '--out', 'models', ...args], { folder });

  test(`${verifies('STORE-3', 'CLI-1')} writes models that pass the type check and doctor`, async () => {
    const folder = makeFolder({ 'mcp.config.ts': config });
    const ran = await introspect(folder, '--json');
    expect(ran).toMatchObject({ code: 0 });
    const files = readdirSync(join(folder, 'models')).toSorted();
    expect(files).toEqual(['index.ts', 'shop.customers.ts', 'shop.invoices.ts', 'shop.order-items.ts']);

    writeInto(folder, 'tsconfig.json', tsconfig);
    writeInto(folder, 'package.json', '{"type":"module"}');
    const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(checked.stdout).toBe('');
    expect(checked.status).toBe(0);

    const doctor = await runCommand(['doctor', '--json'], { folder, env: { MONGODB_URI: store.location } });
    const findings = JSON.parse(doctor.stdout) as { check: string; status: string; message: string }[];
    expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
    const collections = findings.filter(({ check }) => check === 'collections');
    expect(collections).toEqual([
      expect.objectContaining({
        status: 'warn',
        message: expect.stringMatching(/^shop\.customers\.age \(age\): 1 values/),
      }),
    ]);
    expect(doctor.stdout).not.toContain(marker);
  });

  test('kinds, references, classes, indexes and what is required are told from the documents', async () => {
    const folder = makeFolder();
    const ran = await introspect(folder, '--json');
    const text = (name: string) => readFileSync(join(folder, 'models', `shop.${name}.ts`), 'utf8');
    const customers = text('customers');
    for (const line of [
      "name: 'shop.customers',",
      "label: 'Customer',",
      'readonly: true,',
      "counter: '__v',",
      "createdAt: 'created_at',",
      "address_city: 'address.city',",
      "fullName: field.char({ required: true, classify: 'pii' }),",
      "email: field.char({ required: true, unique: true, classify: 'pii' }),",
      "contact: field.char({ required: true, classify: 'pii' }),",
      "address_city: field.char({ required: true, classify: 'pii' }),",
      "iban: field.char({ required: true, classify: 'financial' }),",
      "status: field.selection({ options: { 'active': 'Active', 'on hold': 'On hold' }, required: true, index: true }),",
      "age: field.integer({ classify: 'pii' }),",
      "birthday: field.date({ required: true, classify: 'pii' }),",
      'seen: field.datetime({ required: true }),',
      'newsletter: field.boolean(),',
      'preferences: field.json({ required: true }),',
      "title: 'fullName',",
    ]) {
      expect(customers).toContain(line);
    }
    const items = text('order-items');
    for (const line of [
      "id: 'int',",
      "customerId: field.many2one({ to: 'shop.customers', required: true }),",
      'price: field.monetary({ required: true }),',
      "price: { path: 'price', as: 'double' },",
      "labels: field.many2many({ to: 'shop.customers', required: true }),",
      "invoice: field.many2one({ to: 'shop.invoices', required: true }),",
      "invoice: { path: 'invoice', as: 'string' },",
      'lines: field.json({ required: true }),',
    ]) {
      expect(items).toContain(line);
    }
    const { models, skipped } = JSON.parse(ran.stdout) as {
      models: { collection: string; notes: string[] }[];
      skipped: { collection: string }[];
    };
    const notes = models.flatMap(model => model.notes).join('\n');
    expect(notes).toMatch(/passwordHash looks like a secret/);
    expect(notes).toMatch(/age is int \(\d+\), string \(1\)/);
    expect(notes).toMatch(/nothing has no value/);
    expect(skipped.map(({ collection }) => collection)).toEqual(['countries', 'empty']);
  });

  test('no value of any document stands in the files or the output, but the codes of selections', async () => {
    for (const args of [['--sample', '500'], ['--json'], ['--no-selections']]) {
      const folder = makeFolder();
      const ran = await introspect(folder, ...args);
      const written = readdirSync(join(folder, 'models')).map(file =>
        readFileSync(join(folder, 'models', file), 'utf8'),
      );
      const all = [ran.stdout, ran.stderr, ...written].join('\n');
      expect(all).not.toMatch(new RegExp(marker, 'i'));
      expect(all.includes('on hold')).toBe(!args.includes('--no-selections'));
      expect(all).not.toMatch(/passwordHash:|password_hash/);
    }
  });

  test('nothing is overwritten without --force, and nothing is written to the database', async () => {
    const folder = makeFolder({ 'models/shop.invoices.ts': '// mine\n' });
    const before = await state(connection);
    const refused = await introspect(folder);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^FILE_EXISTS: Nothing was written: .* has shop\.invoices\.ts already/m);
    expect(readdirSync(join(folder, 'models'))).toEqual(['shop.invoices.ts']);
    expect(await introspect(folder, '--force')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'models', 'shop.invoices.ts'), 'utf8')).not.toContain('// mine');
    expect(await state(connection)).toEqual(before);
  });

  test('what is asked for is what is looked at; what is not there is said', async () => {
    const folder = makeFolder();
    const ran = await introspect(folder, '--collections', 'invoices,absent', '--writable', '--sample', '5');
    expect(ran.code).toBe(0);
    expect(readdirSync(join(folder, 'models')).toSorted()).toEqual(['index.ts', 'shop.invoices.ts']);
    expect(readFileSync(join(folder, 'models', 'shop.invoices.ts'), 'utf8')).not.toContain('readonly');
    expect(ran.stdout).toMatch(/absent +There is no such collection\./);
    expect(ran.stdout).toMatch(/invoices +shop\.invoices +5 of 30/);
    const none = await introspect(makeFolder(), '--collections', 'empty,countries');
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^INTROSPECTION_INVALID: .*countries: Its _id is neither/m);
  });

  test.each([
    [['--sample', '0'], 2, /whole number from 1 to 100000/],
    [['--uri', 'sqlite:x.db'], 1, /INTROSPECTION_INVALID: There is no MongoDB to look at/],
    [['--uri', 'mongodb://user:geheim@'], 1, /CONFIG_INVALID: The MongoDB URI/],
  ] as const)('%j is refused', async (args, code, message) => {
    const ran = await introspect(makeFolder(), ...args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toContain('geheim');
  });

  test('names that would be code, paths or prototypes stay names, or are left out', async () => {
    const hostile = mongoStore();
    const other = await mongoose.createConnection(hostile.location).asPromise();
    try {
      const name = "x'}); process.exit(9); //*/ ..\n";
      await other.collection(name).insertOne({
        "a'b": 1,
        '../../etc': 1,
        constructor: 1,
        ok: 'x',
        version: 3,
        Name: 'y',
        [`${marker}@example.com`]: 1,
        map: { [`${marker}@example.com`]: 1 },
      });
      await other.collection('plain').insertOne({ deep: { a: { b: { c: { d: { e: 1 } } } } }, list: [[[1]]] });
      const folder = makeFolder({ 'mcp.config.ts': config });
      const ran = await runCommand(['introspect', '--uri', hostile.location, '--prefix', '../x', '--out', 'models'], {
        folder,
      });
      expect(ran.code).toBe(0);
      expect(readdirSync(folder).toSorted()).toEqual(['mcp.config.ts', 'models']);
      const texts = readdirSync(join(folder, 'models')).map(file => readFileSync(join(folder, 'models', file), 'utf8'));
      expect(texts.join()).not.toContain(marker);
      const doctor = await runCommand(['doctor', '--json'], { folder, env: { MONGODB_URI: hostile.location } });
      const findings = JSON.parse(doctor.stdout) as { status: string; message: string }[];
      expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
    } finally {
      await other.close();
      await hostile.drop();
    }
  });
});

const tsconfig = JSON.stringify({
  extends: join(top, 'tsconfig.json'),
  compilerOptions: {
    paths: { gatehouse: [join(top, 'src', 'index.ts')] },
    typeRoots: [join(top, 'node_modules', '@types')],
  },
  include: ['models', 'mcp.config.ts'],
});

/** Documents as applications write them: Mongoose's `__v`, ids of three kinds, mixed types, secrets, maps. */
async function fill(connection: Connection): Promise<void> {
  const customers = Array.from({ length: 60 }, (_, index) => ({
    _id: new mongo.ObjectId(),
    __v: index % 3,
    fullName: `${marker} ${index}`,
    email: `${marker}.${index}@example.com`,
    contact: `+43 660 ${1_000_000 + index}`,
    address: { city: `${marker}stadt`, lines: [`${marker}gasse ${index}`] },
    iban: 'AT61 1904 3002 3457 3201',
    status: index % 2 === 0 ? 'active' : 'on hold',
    age: index === 7 ? `${marker} years` : index,
    birthday: new Date(Date.UTC(1980, 0, index + 1)),
    seen: new Date(1_700_000_000_000 + index),
    newsletter: index % 2 === 0,
    passwordHash: `${marker}-hash`,
    preferences: { [`${marker}-${index}`]: true },
    nothing: null,
    created_at: new Date(),
  }));
  await connection.collection('customers').insertMany(customers as never);
  await connection.collection('customers').createIndex({ email: 1 }, { unique: true });
  await connection.collection('customers').createIndex({ status: 1 });
  const invoices = Array.from({ length: 30 }, () => ({
    _id: new mongo.ObjectId().toHexString(),
    total: mongo.Decimal128.fromString('12.50'),
  }));
  await connection.collection('invoices').insertMany(invoices as never);
  const items = Array.from({ length: 30 }, (_, index) => ({
    _id: 1000 + index,
    customerId: customers[index]?._id,
    price: index + 0.5,
    labels: [customers[index]?._id],
    invoice: invoices[index]?._id,
    lines: [{ text: `${marker} ${index}` }],
  }));
  await connection.collection('orderItems').insertMany(items as never);
  await connection.collection('countries').insertOne({ _id: 'AT', name: marker } as never);
  await connection.createCollection('empty');
}

async function state(connection: Connection): Promise<unknown> {
  const names = (await connection.listCollections()).map(({ name }) => name).toSorted();
  const indexes = await Promise.all(names.map(async name => (await connection.collection(name).indexes()).length));
  return { names, indexes };
}
