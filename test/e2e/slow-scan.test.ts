import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../plugins/security/plugin.ts';
import { defineConfig, defineModel, field } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { callTool, type RawAnswer } from '../support/raw-client.ts';
import { startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

const note = defineModel({
  name: 'x.note',
  label: 'Note',
  description: 'Something written down.',
  fields: { text: field.text(), kind: field.char({ index: true }) },
});
const id = (number: number) => number.toString(16).padStart(24, '0');
const rows = 10_000;
const longRows = 400;

/** Looks long at every row: as many patterns as a domain may hold, none of which fits until its end is seen. */
const slowDomain = [
  ...Array.from({ length: 99 }, () => '|'),
  ...Array.from({ length: 100 }, (_, index) => ['text', 'like', `a%a%a%a%${index}b`]),
];

describeOnStores(`${verifies('STORE-2')} slow scans`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    store = await open();
    const reading = [{ model: 'x.note', read: true }];
    gatehouse = await startGatehouse({
      config: defineConfig({
        store: store.location,
        server: { port: 0, logLevel: 'silent', queryTimeLimit: 10_000 },
        plugins: { base: {}, records: {}, security: {} },
        models: [note],
        policies: { groups: {}, access: reading, rules: [], permissions: reading, fields: [] },
      }),
    });
    const { runtime } = gatehouse.app;
    for (const login of ['greedy', 'modest']) {
      await runtime
        .system('test')
        .of('base.user')
        .create([{ login, name: login }]);
      keys[login] = (
        await createKey({ runtime, name: login, user: login, scopes: ['read'], rate: 1_000_000, maxSessions: 1000 })
      ).key;
    }
    const inserted = Array.from({ length: rows }, (_, number) => {
      const row = { id: id(number), kind: 'plain', text: 'a'.repeat(400) };
      return { kind: 'insert', model: 'x.note', row } as const;
    });
    // Nearly what the patterns end with: what gives up early, for want of a letter, would prove nothing.
    const long = Array.from({ length: longRows }, (_, number) => {
      const row = { id: id(rows + number), kind: 'long', text: `${'a'.repeat(20_000)}bb` };
      return { kind: 'insert', model: 'x.note', row } as const;
    });
    await runtime.store.write([...inserted, ...long], { atomic: false });
  }, 180_000);

  afterAll(async () => {
    await gatehouse?.stop();
    await store?.drop();
  });

  const call = (who: string, tool: string, args: object) => callTool(gatehouse.url, tool, args, { key: keys[who] });
  const quick = () => call('modest', 'read', { ids: [`x.note/${id(7)}`], fields: ['kind'] });
  const codeOf = ({ json }: RawAnswer) =>
    (json?.result?._meta as { 'gatehouse/error'?: { code: string } } | undefined)?.['gatehouse/error']?.code;

  /** Quick reads of somebody else that are answered while something slow still goes on. */
  async function readsBeside(slow: Promise<unknown>): Promise<number> {
    let isOver = false;
    void slow.finally(() => {
      isOver = true;
    });
    let answered = 0;
    while (!isOver) {
      const answer = await quick();
      expect(answer.json?.result?.structuredContent, answer.text).toMatchObject({ records: [{}] });
      if (!isOver) answered += 1;
    }
    return answered;
  }

  test.each([1, 8])(
    'of %i at a time, quick reads of others do not wait for them',
    { timeout: 120_000 },
    async count => {
      // What a first call takes longer for is no part of this.
      await quick();
      await call('greedy', 'search', { model: 'x.note', limit: 1 });
      const scans = Promise.all(
        Array.from({ length: count }, () => call('greedy', 'search', { model: 'x.note', domain: slowDomain })),
      );
      // Where the scan held up the others, one would be answered, or two.
      expect(await readsBeside(scans)).toBeGreaterThan(10);
      for (const answer of await scans) {
        expect([undefined, 'QUERY_TIMEOUT']).toContain(codeOf(answer));
        if (codeOf(answer) === undefined) expect(answer.json?.result?.structuredContent).toMatchObject({ total: 0 });
      }
      expect((await quick()).status).toBe(200);
    },
  );

  test.each<[operator: string, pattern: string, found: number]>([
    ['like', 'a%a%a%a%a%a%a%a%bab', 0],
    ['like', '%_%_%_%_bab', 0],
    ['ilike', 'A%a%A%a%A%a%A%BaB', 0],
    ['=like', '%a%a%a%a%a%a%a%bab', 0],
    ['=like', '%a%a%a%a%a%a%a%', longRows],
    ['not like', 'a%a%a%a%a%a%a%bab', longRows],
    ['like', '(a+)+$', 0],
    ['ilike', '^(a|a)*b', 0],
    ['like', '(.*)*(.*)*[^a]', 0],
    ['=ilike', '([a-zA-Z]+)*', 0],
    ['like', '\\', 0],
    ['like', '[a]', 0],
    ['like', '(?=a)', 0],
  ])('a bomb of a pattern is answered exactly: %s %s', async (operator, pattern, found) => {
    const domain = [
      ['kind', '=', 'long'],
      ['text', operator, pattern],
    ];
    const answer = await call('greedy', 'search', { model: 'x.note', domain, fields: ['kind'] });
    expect(answer.json?.result?.structuredContent, answer.text).toMatchObject({ total: found });
  });

  test('one with more wildcards than that is refused before anything is looked at', async () => {
    const domain = [['text', 'like', '%a'.repeat(9)]];
    expect(codeOf(await call('greedy', 'search', { model: 'x.note', domain }))).toBe('DOMAIN_INVALID');
  });
});
