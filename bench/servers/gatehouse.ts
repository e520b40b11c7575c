/**
 * Gatehouse with everything on, over a store of its own that is deleted at the end. Its one argument is JSON:
 * `{"store":"sqlite"|"mongodb","records":N,"keys":N,"permissions":N}`. Prints `{"url","pid","key","narrowKey","token","uri"}`.
 * `{"store":"mongodb","join":URI,…}`: one more instance on the database of another, which fills and deletes it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import base, { findUser } from '../../plugins/base/plugin.ts';
import metrics from '../../plugins/metrics/plugin.ts';
import { createService } from '../../plugins/oauth/clients/create-service.ts';
import oauth from '../../plugins/oauth/plugin.ts';
import records from '../../plugins/records/plugin.ts';
import security, { createKey } from '../../plugins/security/plugin.ts';
import webhooks from '../../plugins/webhooks/plugin.ts';
import { boot } from '../../src/boot.ts';
import { identity } from '../../src/cli/identity.ts';
import { silentTerminal } from '../../src/cli/terminal.ts';
import { defineConfig, type Runtime, type WriteOperation } from '../../src/index.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { freePort } from '../../test/support/free-port.ts';
import { dropDatabase, ownDatabase } from '../mongo-database.ts';
import { contact, contactId, contactValues } from '../records.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as {
  store: 'sqlite' | 'mongodb';
  records: number;
  keys: number;
  permissions: number;
  join?: string;
};
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const ownStore = settings.store === 'mongodb' ? ownDatabase() : `sqlite:${join(folder, 'bench.db')}`;
const store = settings.join ?? ownStore;
const port = await freePort();
const unlimited = 1_000_000_000;
const log = pino({ level: 'warn' }, pino.destination(2));

const app = await boot({
  configFile: join(folder, 'mcp.config.ts'),
  config: defineConfig({
    server: { port, publicUrl: `http://127.0.0.1:${port}` },
    store,
    extraPlugins: [base, records, security, oauth, webhooks, metrics],
    plugins: {
      base: {},
      records: {},
      security: { sessions: { limit: 100 }, rate: { perMinute: unlimited } },
      oauth: {},
      webhooks: {},
      metrics: {},
    },
    models: [contact],
    policies: {
      groups: { staff: { label: 'Staff' }, others: { label: 'Others' } },
      access: [{ model: 'bench.contact', group: 'staff', read: true, write: true }],
      permissions: [
        { model: 'bench.contact', read: true, write: true, delete: true },
        ...Array.from({ length: settings.permissions }, () => ({
          model: 'bench.contact',
          groups: ['others'],
          read: true,
        })),
      ],
    },
  }),
  log,
  terminal: silentTerminal,
});
await app.start();
const keys = settings.join === undefined ? await seed(app.runtime) : {};
const server = createHttpServer({ ...app, identity });
const { url } = await server.listen();
const token = settings.join === undefined ? await accessToken(app.runtime, url) : undefined;
console.log(JSON.stringify({ url, pid: process.pid, ...keys, token, uri: store }));

process.once('SIGTERM', async () => {
  await server.close();
  await app.stop();
  if (settings.store === 'mongodb' && settings.join === undefined) await dropDatabase(store);
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});

async function seed(runtime: Runtime): Promise<{ key: string; narrowKey: string }> {
  const stamp = {
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'bench',
    updatedAt: '2026-01-01T00:00:00.000Z',
    updatedBy: 'bench',
  };
  await insertMany({
    runtime,
    model: 'bench.contact',
    count: settings.records,
    rowOf(number) {
      const values = contactValues(number);
      return { id: contactId(number), ...values, credit_limit: values.credit_limit * 100, ...stamp };
    },
  });
  const env = runtime.system('bench');
  const { records: groups } = await env.of('base.group').search({ domain: [['name', '=', 'staff']] });
  const [staff] = groups;
  if (!staff) throw new Error('the group staff was not mirrored');
  await env.of('base.user').create([{ login: 'bench', name: 'Bench', active: true, groups: [staff.id] }]);
  const owner = await findUser(runtime, 'bench');
  if (!owner) throw new Error('the user bench was not made');
  const idOf = (number: number) => `b${(number + 1).toString(16).padStart(23, '0')}`;
  await insertMany({
    runtime,
    model: 'security.api-key-secret',
    count: settings.keys,
    rowOf: number => ({
      id: idOf(number),
      salt: createHash('md5').update(`salt ${number}`).digest('base64'),
      hash: createHash('sha512').update(`hash ${number}`).digest('base64'),
    }),
  });
  await insertMany({
    runtime,
    model: 'security.api-key',
    count: settings.keys,
    rowOf: number => ({
      id: idOf(number),
      prefix: number.toString(36).padStart(8, '0'),
      name: `Key ${number}`,
      user: owner.user.id,
      scopes: ['read'],
      ...stamp,
    }),
  });
  const limits = { runtime, user: 'bench', rate: unlimited };
  const full = await createKey({ ...limits, name: 'full', scopes: 'all' });
  const narrow = await createKey({ ...limits, name: 'narrow', scopes: ['read'] });
  return { key: full.key, narrowKey: narrow.key };
}

/** Of a service that acts as the user of the keys. */
async function accessToken(runtime: Runtime, url: string): Promise<string> {
  const credential = { kind: 'secret' } as const;
  const { clientId, secret } = await createService({
    runtime,
    name: 'bench',
    user: 'bench',
    scopes: ['read'],
    credential,
  });
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' }),
  });
  const { access_token } = (await answer.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error(`no token: ${answer.status}`);
  return access_token;
}

/** Inserts `count` rows in portions of 5,000. */
async function insertMany(input: {
  runtime: Runtime;
  model: string;
  count: number;
  rowOf: (number: number) => Extract<WriteOperation, { kind: 'insert' }>['row'];
}): Promise<void> {
  const { runtime, model, count, rowOf } = input;
  for (let first = 0; first < count; first += 5000) {
    const operations = Array.from(
      { length: Math.min(5000, count - first) },
      (_, index): WriteOperation => ({
        kind: 'insert',
        model,
        row: rowOf(first + index),
      }),
    );
    await runtime.store.write(operations, { atomic: false });
  }
}
