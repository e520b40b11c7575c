import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { equals } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/** Of which no order line of the demo has so many. */
const quantity = 77_777;
const root = join(import.meta.dirname, '..', '..');

describeOnStores('kill -9 in a stream of calls', open => {
  let store: TestStore;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    store = await open();
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    await store.drop();
  });

  /** The real command line, serving on a free port. */
  async function serve(): Promise<string> {
    const env = { ...process.env, GATEHOUSE_STORE: store.location, PORT: '0', NODE_ENV: 'production' };
    child = spawn(process.execPath, ['src/cli/main.ts', 'serve'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    for await (const chunk of child.stdout ?? []) {
      printed += chunk;
      const url = /http:\S+/.exec(printed)?.[0];
      if (url && printed.endsWith('\n')) return url;
    }
    throw new Error('the server ended before it listened');
  }

  test(`${verifies('AUD-2')} every call that was answered is in the log, and every change that was is stored`, {
    timeout: 120_000,
  }, async () => {
    const url = await serve();
    const [key, ids] = await aKeyAndRecords();
    const done = { read: [] as string[], write: [] as string[] };
    const args = { read: {}, write: { values: { quantity } } };
    let unanswered = 0;
    let killed = false;
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      const tool = caller % 4 === 0 ? 'write' : 'read';
      // Every record is named once, so that its id marks the call.
      for (let next = caller; !killed && next < ids.length; next += 16) {
        const id = ids[next] ?? '';
        const answer = await callTool(url, tool, { ids: [id], ...args[tool] }, { key }).catch(() => undefined);
        if (answer?.status === 200 && !answer.json?.result?.isError) done[tool].push(id);
        else unanswered += 1;
      }
    });
    await expect
      .poll(() => Math.min(done.read.length, done.write.length), { timeout: 60_000, interval: 10 })
      .toBeGreaterThan(20);
    const gone = once(child as ChildProcess, 'exit');
    child?.kill('SIGKILL');
    await gone;
    killed = true;
    await Promise.all(callers);
    expect(unanswered).toBeGreaterThan(0);

    const after = await startGatehouse({ config: exampleWith(store) });
    const logged = new Set<string>();
    for (const entry of await auditOf(after, 100_000)) {
      if (entry.outcome === 'ok') for (const id of (entry.record_ids ?? []) as string[]) logged.add(id);
    }
    const changed = await after.app.runtime.store.find({
      model: 'sale.order.line',
      where: equals('quantity', quantity),
    });
    await after.stop();
    expect([...done.read, ...done.write].filter(id => !logged.has(id))).toEqual([]);
    const stored = new Set(changed.map(({ id }) => `sale.order.line/${id}`));
    expect(done.write.filter(id => !stored.has(id))).toEqual([]);
  });

  /** Made by a second process beside the running one, as an admin would. */
  async function aKeyAndRecords(): Promise<[string, string[]]> {
    const beside = await startGatehouse({ config: exampleWith(store) });
    const key = await keyOf(beside, 'admin');
    const lines = await beside.app.runtime.store.find({ model: 'sale.order.line', where: { kind: 'all', of: [] } });
    await beside.stop();
    return [key, lines.map(({ id }) => `sale.order.line/${id}`)];
  }
});
