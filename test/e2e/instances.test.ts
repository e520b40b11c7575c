import { randomBytes } from 'node:crypto';
import { Client as NewClient, StreamableHTTPClientTransport as NewHttp } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { generateKey, keyEntropy } from '../../plugins/security/keys/key-format.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { startCountedLoad } from '../support/counted-load.ts';
import { type Instances, startInstances } from '../support/instances.ts';
import { keyOf } from '../support/people.ts';
import { callTool, type RawAnswer, send } from '../support/raw-client.ts';
import { mongoStore, type TestStore } from '../support/stores.ts';

/*
 * Three servers, each a process of its own, on one MongoDB, behind a balancer that knows no client again. SQLite is one
 * machine's: there is nothing to balance.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What is to hold "within a second" holds; that it does not take much longer is all that a busy machine can prove. */
const soon = { timeout: 30_000, interval: 50 };

describe.skipIf(!process.env.MONGODB_URI)(`${verifies('OPS-2')} three instances`, () => {
  let store: TestStore;
  let instances: Instances;

  beforeAll(async () => {
    store = mongoStore();
    instances = await startInstances({ store, count: 3 });
  });
  afterAll(async () => {
    await instances?.stop();
    await store?.drop();
  });

  const urls = () => instances.servers.map(({ url }) => url);
  const url = (index: number) => urls()[index] ?? expect.unreachable();
  const people = () => ({ app: instances.app });

  /** The statuses, or the codes of failed tools, of one call on each. */
  async function onEach(call: (url: string) => Promise<RawAnswer>): Promise<(number | string)[]> {
    const answers = await Promise.all(urls().map(call));
    return answers.map(({ status, json }) => {
      const told = json?.result?._meta as { 'gatehouse/error'?: { code: string } } | undefined;
      return told?.['gatehouse/error']?.code ?? status;
    });
  }

  test.each(['1.x', '2.x, 2025', '2.x, 2026'])('a client (%s) whose every request comes to another one', async way => {
    const key = await keyOf(people(), 'sara');
    const before = new Map(instances.balancer.given);
    const endpoint = new URL('/mcp', instances.balancer.origin);
    const options = { requestInit: { headers: { Authorization: `Bearer ${key}` } } };
    const info = { name: 'e2e', version: '1.0.0' };
    const old = new OldClient(info);
    const current = new NewClient(info, { versionNegotiation: { mode: way === '2.x, 2026' ? 'auto' : 'legacy' } });
    const client = way === '1.x' ? old : current;
    if (way === '1.x') await old.connect(new OldHttp(endpoint, options) as never);
    else await current.connect(new NewHttp(endpoint, options));

    for (let round = 0; round < 6; round += 1) {
      const found = (await client.callTool({ name: 'search', arguments: { model: 'crm.partner', limit: 2 } })) as {
        structuredContent?: { results: { id: string }[] };
      };
      expect(found.structuredContent?.results).toHaveLength(2);
      const ids = found.structuredContent?.results.map(({ id }) => id);
      const read = (await client.callTool({ name: 'read', arguments: { ids } })) as { isError?: boolean };
      expect(read.isError ?? false).toBe(false);
      expect((await client.listTools()).tools.length).toBeGreaterThan(5);
      expect((await client.listResources()).resources.length).toBeGreaterThan(0);
    }
    await client.close();
    for (const [origin, count] of instances.balancer.given) {
      expect(count - (before.get(origin) ?? 0), origin).toBeGreaterThanOrEqual(5);
    }
  });

  test(`${verifies('SES-2')} 60 first calls at once, over all three, against a limit of 5 sessions: exactly 5 pass`, async () => {
    const key = await keyOf(people(), 'sara', { maxSessions: 5 });
    const as = (client: number, on: number) =>
      send(url(on % 3), { key, headers: { 'user-agent': `client ${client}` } }).then(({ status }) => status);
    const first = await Promise.all(Array.from({ length: 60 }, (_, client) => as(client, client)));
    expect(first.filter(status => status === 200)).toHaveLength(5);
    expect(first.filter(status => status === 429)).toHaveLength(55);
    // Who has one goes on wherever it comes to, and who has none gets none elsewhere.
    const elsewhere = await Promise.all(Array.from({ length: 60 }, (_, client) => as(client, client + 1)));
    expect(elsewhere).toEqual(first);
  });

  test(`${verifies('KEY-5')} a key that is revoked beside them is refused by all`, async () => {
    const key = await keyOf(people(), 'sara');
    expect(await onEach(at => send(at, { key }))).toEqual([200, 200, 200]);
    const { folder, env } = instances;
    const revoked = await runCommand(['key', 'revoke', key.slice(3, 11)], { folder, env });
    expect(revoked).toMatchObject({ code: 0 });
    await expect.poll(() => onEach(at => send(at, { key })), soon).toEqual([401, 401, 401]);
  });

  test(`${verifies('KEY-9')} who is locked out by one of them is locked out by all`, async () => {
    const key = await keyOf(people(), 'sara');
    const prefix = key.slice(3, 11);
    expect(await onEach(at => send(at, { key }))).toEqual([200, 200, 200]);
    // A guess is a key of the right form: what is mistyped is no attempt. From another address it would hold up nobody.
    for (let guess = 0; guess < 5; guess += 1) {
      const { key: wrong } = generateKey(randomBytes(keyEntropy), prefix);
      expect((await send(url(0), { key: wrong })).status).toBe(401);
    }
    await expect.poll(() => onEach(at => send(at, { key })), soon).toEqual([401, 401, 401]);
  });

  test(`${verifies('PERM-1')} a permission that is given and taken at run time, and one that is taken in the file`, async () => {
    const { folder, env } = instances;
    const hank = await keyOf(people(), 'hank');
    // A record that cannot be: whoever may create is told what is wrong with it.
    const creation = { model: 'hr.employee', records: [{ zork: 1 }] };
    const create = () => onEach(at => callTool(at, 'create', creation, { key: hank }));
    expect(await create()).toEqual(Array(3).fill('OPERATION_NOT_ALLOWED'));
    const permission = ['permission', 'add', '--model', 'hr.employee', '--create', '--groups', 'hr', '--json'];
    const added = await runCommand(permission, { folder, env });
    expect(added).toMatchObject({ code: 0 });
    await expect.poll(create, soon).toEqual(Array(3).fill('FIELD_NOT_AVAILABLE'));
    const { id } = JSON.parse(added.stdout) as { id: string };
    expect(await runCommand(['permission', 'remove', id], { folder, env })).toMatchObject({ code: 0 });
    await expect.poll(create, soon).toEqual(Array(3).fill('OPERATION_NOT_ALLOWED'));

    const key = await keyOf(people(), 'admin');
    const search = (model: string) => () => onEach(at => callTool(at, 'search', { model }, { key }));
    const gone = Array(3).fill('MODEL_NOT_AVAILABLE');
    expect(await search('crm.tag')()).toEqual([200, 200, 200]);
    instances.configure(
      "example => ({ ...example, policies: { ...example.policies, permissions: example.policies.permissions.filter(({ model }) => model !== 'crm.tag') } })",
    );
    await expect.poll(search('crm.tag'), soon).toEqual(gone);
    instances.configure('example => example');
    await expect.poll(search('crm.tag'), soon).toEqual([200, 200, 200]);
  });

  test(`${verifies('JOB-1')} a job that is due is done by one of them`, async () => {
    const { runtime, jobs } = instances.app;
    // Four whose own time is far from now, whenever this runs.
    const isLater = ({ nextAt }: { nextAt: string }) => Date.parse(nextAt) > runtime.now() + 10 * 60_000;
    const idle = (await jobs.list()).filter(job => !job.everyInstance && !job.lastRun && isLater(job));
    const names = idle.map(({ name }) => name).slice(0, 4);
    expect(names).toHaveLength(4);
    const dueAt = new Date(Math.floor(runtime.now() / 60_000) * 60_000).toISOString();
    for (const name of names) {
      const where = { kind: 'compare', field: 'name', operator: '=', value: name } as const;
      const due = { kind: 'update', model: 'gatehouse.job', where, set: { next_at: dueAt } } as const;
      expect(await runtime.store.write([due])).toMatchObject([{ matched: 1 }]);
    }
    const history = async () => {
      const runs = (await jobs.history({ job: undefined, limit: 100 })).filter(({ job }) => names.includes(job));
      return runs.map(run => `${run.job} ${run.outcome} ${run.dueAt}`).toSorted();
    };
    const once = names.map(name => `${name} ok ${dueAt}`).toSorted();
    await expect.poll(history, { timeout: 60_000, interval: 200 }).toEqual(once);
    // Those who look later find nothing to do: every one of them has looked by now.
    await new Promise(resolve => setTimeout(resolve, 11_000));
    expect(await history()).toEqual(once);
  });

  // Last: one of them is gone afterwards.
  test(`${verifies('AUD-2', 'AUD-3')} one is killed under load: no answer without its entry, no torn chain, the others go on`, async () => {
    const load = await startCountedLoad(instances, 12);
    await expect.poll(() => Math.min(...urls().map(load.answeredBy)), soon).toBeGreaterThan(30);
    await instances.servers[0]?.kill();
    const survivors = urls().slice(1);
    const before = survivors.map(load.answeredBy);
    await expect
      .poll(() => Math.min(...survivors.map((at, index) => load.answeredBy(at) - (before[index] ?? 0))), soon)
      .toBeGreaterThan(30);
    await load.end();

    expect(new Set(load.statuses)).toEqual(new Set([200, 0]));
    expect(await load.unlogged()).toEqual([]);
    const { folder, env } = instances;
    const verified = await runCommand(['audit', 'verify', '--json'], { folder, env });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.stdout)).toMatchObject({ isWhole: true, faults: [] });
  });
});
