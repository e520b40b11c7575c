import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import exampleConfig from '../../mcp.config.ts';
import { filterCondition } from '../../plugins/security/audit/entry-filter.ts';
import { createWebhook } from '../../plugins/webhooks/subscriptions/create-webhook.ts';
import { createLogger } from '../../src/cli/logger.ts';
import { type Call, definePlugin, defineTool, type Runtime, requireAddressList } from '../../src/index.ts';
import { createTraceScope } from '../../src/pipeline/trace-scope.ts';
import { verifies } from '../requirements.ts';
import { keyOf } from '../support/people.ts';
import { callTool, send } from '../support/raw-client.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

const span = '00f067aa0ba902b7';
let given = 0;

/** A trace of its own for each call. */
function newTrace(): { id: string; traceparent: string } {
  given += 1;
  const id = given.toString(16).padStart(32, 'a');
  return { id, traceparent: `00-${id}-${span}-01` };
}

/** Says something while a call runs, and afterwards, and which trace it should be said with. */
const talker = definePlugin({
  name: 'talker',
  version: '1.0.0',
  kernel: '^1',
  settings: z.strictObject({}),
  setup(scope) {
    let log: Runtime['log'] | undefined;
    const expectedOf = ({ trace }: Call) => trace?.traceId ?? 'none';
    scope.onStart(async runtime => {
      log = runtime.log;
    });
    scope.tool(
      defineTool({
        name: 'talk',
        title: 'Talk',
        description: 'Talks into the log.',
        input: z.strictObject({}),
        output: z.object({}),
        hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
        scope: () => 'read',
        touches: () => [],
        async run(_, { call }) {
          await wait(5);
          log?.info({ expected: expectedOf(call) }, 'talking');
          return { structured: {} };
        },
      }),
    );
    scope.on('call.finished', async ({ call }) => {
      await wait(1);
      if (call.target === 'talk') log?.info({ expected: expectedOf(call) }, 'told');
    });
  },
});

describeOnStores(`${verifies('OPS-1')} the trace of a call`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let receiver: Receiver;
  let key: string;
  const lines: Record<string, unknown>[] = [];

  beforeAll(async () => {
    store = await open();
    receiver = await startReceiver();
    const webhooks = { allowHttp: true, allowAddresses: ['127.0.0.0/8'] };
    const traces = createTraceScope();
    gatehouse = await startGatehouse({
      config: exampleWith(store, {
        plugins: { ...exampleConfig.plugins, webhooks, talker: {} },
        extraPlugins: [talker],
      }),
      traces,
      log: createLogger({
        level: 'debug',
        stream: { write: text => lines.push(JSON.parse(text)) },
        isInteractive: false,
        traces,
      }),
    });
    key = await keyOf(gatehouse, 'admin');
  });
  afterAll(async () => {
    await gatehouse.stop();
    await receiver.stop();
    await store.drop();
  });

  /** The audit entries of a trace. */
  async function entriesOf(trace: string) {
    const { runtime } = gatehouse.app;
    return runtime.store.find({ model: 'security.audit-entry', where: await filterCondition(runtime, { trace }) });
  }

  test.each(['modern', 'legacy'] as const)('stands in its entry (%s)', async era => {
    const { id, traceparent } = newTrace();
    const headers = { traceparent };
    expect((await callTool(gatehouse.url, 'search', { model: 'crm.tag' }, { key, era, headers })).status).toBe(200);
    expect((await send(gatehouse.url, { era, headers })).status).toBe(401);
    expect((await entriesOf(id)).map(({ outcome }) => outcome).toSorted()).toEqual(['denied', 'ok']);
    expect((await entriesOf(id.toUpperCase())).length).toBe(2);
  });

  test('comes from the message before the header, and from nothing that is none', async () => {
    const [inMessage, inHeader] = [newTrace(), newTrace()];
    const call = async (told: unknown, header: string) => {
      const params = { name: 'search', arguments: { model: 'crm.tag' }, _meta: { traceparent: told } };
      return send(gatehouse.url, {
        method: 'tools/call',
        params,
        key,
        era: 'legacy',
        headers: { traceparent: header },
      });
    };
    expect((await call(inMessage.traceparent, inHeader.traceparent)).status).toBe(200);
    expect([await entriesOf(inMessage.id), await entriesOf(inHeader.id)]).toMatchObject([[{ outcome: 'ok' }], []]);
    for (const wrong of ['00-zz', { $ne: null }, `${inMessage.traceparent}-more`, ['x']]) {
      expect((await call(wrong, inHeader.traceparent)).status).toBe(200);
      expect((await call(wrong, `${inHeader.traceparent}${'x'.repeat(200)}`)).status).toBe(200);
    }
    expect(await entriesOf(inHeader.id)).toHaveLength(4);
    const stored = await gatehouse.app.runtime.store.find({
      model: 'security.audit-entry',
      where: { kind: 'all', of: [] },
    });
    for (const { trace_id: id } of stored) expect(id === null || /^[0-9a-f]{32}$/.test(String(id))).toBe(true);
  });

  test('stands in every line of the log of that call, and of no other', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const headers = index % 2 === 0 ? { traceparent: newTrace().traceparent } : {};
        return callTool(gatehouse.url, 'talk', {}, { key, headers });
      }),
    );
    const saying = (text: string) => lines.filter(({ msg }) => msg === text);
    await expect.poll(() => saying('told').length, { timeout: 10_000 }).toBe(20);
    expect(saying('talking')).toHaveLength(20);
    const said = lines.filter(({ expected }) => expected !== undefined);
    expect(said.filter(({ expected }) => expected !== 'none')).toHaveLength(20);
    for (const line of said) expect(line.trace_id ?? 'none').toBe(line.expected);
    gatehouse.app.runtime.log.info('between calls');
    expect(lines.find(({ msg }) => msg === 'between calls')).not.toHaveProperty('trace_id');
  });

  test('goes on to the webhooks of what it changes, and of what it is denied', async () => {
    const { app } = gatehouse;
    const found = await callTool(gatehouse.url, 'search', { model: 'crm.tag', limit: 2 }, { key });
    const [first, second] = (found.json?.result?.structuredContent?.results ?? []) as { id: string }[];
    await createWebhook({
      runtime: app.runtime,
      rules: { resolve: async () => [], allowHttp: true, allowAddresses: requireAddressList(['127.0.0.0/8']) },
      name: 'trace',
      url: receiver.url,
      user: 'admin',
      events: ['record.updated', 'call.denied'],
      models: ['crm.tag'],
    });
    const change = newTrace();
    const write = (id: string | undefined, name: string, headers = {}) =>
      callTool(gatehouse.url, 'write', { ids: [id], values: { name } }, { key, headers });
    expect((await write(first?.id, 'Traced', { traceparent: change.traceparent })).status).toBe(200);
    expect((await write(second?.id, 'Untraced', { traceparent: 'nonsense' })).status).toBe(200);
    const denial = newTrace();
    await send(gatehouse.url, { headers: { traceparent: denial.traceparent } });
    await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
    const sent = receiver.received.map(({ body, headers }) => [JSON.parse(body).type, headers.traceparent]);
    expect(sent).toEqual(
      expect.arrayContaining([
        ['record.updated', change.traceparent],
        ['record.updated', undefined],
        ['call.denied', denial.traceparent],
      ]),
    );
    expect(app.runtime.trace()).toBeUndefined();
  });
});
