import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { keyOf } from '../../support/people.ts';
import { callTool, send } from '../../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

const token = 'a-token-of-the-tests';

describeOnStores(`${verifies('OPS-1')} metrics`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let key: string;

  beforeAll(async () => {
    store = await open();
    const example = exampleWith(store, { server: { trustedProxies: ['127.0.0.1'] } });
    gatehouse = await startGatehouse({
      config: { ...example, plugins: { ...example.plugins, metrics: { token, allow: ['127.0.0.1'] } } },
    });
    key = await keyOf(gatehouse, 'sara');
  });

  afterAll(async () => {
    await gatehouse.stop();
    await store.drop();
  });

  async function scrape(headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
    const response = await fetch(`${gatehouse.origin}/metrics`, { headers });
    return { status: response.status, text: await response.text() };
  }

  test('calls are counted by what was asked and how they ended, stages and the database timed', async () => {
    await callTool(gatehouse.url, 'search', { model: 'crm.partner' }, { key });
    await callTool(gatehouse.url, 'search', { model: 'hr.employee' }, { key });
    await send(gatehouse.url, {});
    const { status, text } = await scrape();
    expect(status).toBe(200);
    expect(text).toContain(
      'gatehouse_calls_total{method="tools/call",tool="search",model="crm.partner",outcome="ok",stage=""} 1',
    );
    expect(text).toMatch(
      /gatehouse_calls_total\{method="tools\/call",tool="search",model="hr.employee",outcome="denied",stage="\w+"\} 1/,
    );
    expect(text).toContain(
      'gatehouse_calls_total{method="tools/list",tool="",model="",outcome="denied",stage="authenticate"} 1',
    );
    expect(text).toMatch(/gatehouse_stage_seconds_count\{stage="authenticate"\} [3-9]/);
    expect(text).toMatch(/gatehouse_store_seconds_count\{operation="write",result="ok"\} [1-9]/);
    expect(text).toMatch(/process_cpu_seconds_total/);
  });

  test('queues, groups of the log, and the event loop are seen', async () => {
    const { runtime } = gatehouse.app;
    await runtime.mail.send({ to: 'ada@example.com', subject: 'Waits', text: 'There is no mail server here.' });
    const { text } = await scrape();
    expect(text).toMatch(/^gatehouse_mail_messages\{state="queued"\} [1-9]/m);
    expect(text).toMatch(/^gatehouse_mail_messages\{state="failed"\} 0$/m);
    expect(text).toMatch(/^gatehouse_webhook_deliveries\{state="due"\} 0$/m);
    expect(text).toMatch(/^gatehouse_audit_waiting 0$/m);
    expect(text).toMatch(/^gatehouse_audit_group_entries_count [1-9]/m);
    expect(text).toMatch(/^gatehouse_store_pending\{operation="write"\} \d/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  });

  test('a log that many write at once is written in groups', async () => {
    const groups = async () => {
      const { text } = await scrape();
      const of = (name: string) =>
        Number(new RegExp(`^gatehouse_audit_group_entries_${name} (\\d+)`, 'm').exec(text)?.[1]);
      return { groups: of('count'), entries: of('sum') };
    };
    const before = await groups();
    await Promise.all(Array.from({ length: 40 }, () => send(gatehouse.url, { key })));
    const after = await groups();
    expect(after.entries - before.entries).toBeGreaterThanOrEqual(40);
    expect(after.groups - before.groups).toBeLessThan(40);
  });

  test('what callers send makes no new label', async () => {
    const series = async () => (await scrape()).text.split('\n').filter(line => line.startsWith('gatehouse_')).length;
    let first: number | undefined;
    for (const name of ['evil one', 'evil two', 'evil three', 'evil four']) {
      await callTool(gatehouse.url, name, {}, { key });
      await callTool(gatehouse.url, 'search', { model: name }, { key });
      await send(gatehouse.url, { method: name, era: 'legacy', key });
      await send(gatehouse.url, { key: name.replace(' ', '_'), headers: { 'user-agent': name, traceparent: name } });
      first ??= await series();
    }
    expect(await series()).toBe(first);
    expect((await scrape()).text).not.toContain('evil');
  });

  describe('attacks', () => {
    test.each([
      ['from elsewhere', {}, 403],
      ['with a wrong token', { authorization: 'Bearer a-token-of-the-testz' }, 403],
      ['with an empty token', { authorization: 'Bearer ' }, 403],
      ['with the token in another form', { authorization: token }, 403],
      ['with the token', { authorization: `Bearer ${token}` }, 200],
    ])('%s', async (_, headers, expected) => {
      expect((await scrape({ 'x-forwarded-for': '203.0.113.5', ...headers })).status).toBe(expected);
    });

    test('an API key is no token', async () => {
      expect((await scrape({ 'x-forwarded-for': '203.0.113.5', authorization: `Bearer ${key}` })).status).toBe(403);
    });
  });
});
