import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { equals, type ToolDefinition } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { chanceOfLarger } from '../support/chance-of-larger.ts';
import { keyOf } from '../support/people.ts';
import { callTool, type RawAnswer } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/*
 * A model that the caller may not reach and one that does not exist, named in every argument of every tool that names
 * one: the answers must be the same in everything, and must take the same time. The tools are those that are registered,
 * so a new one fails here until it says how it names a model.
 */

type Args = Readonly<Record<string, unknown>>;

/** The arguments with which each tool names a model; none: it names none. `id` is of one of its records. */
const namings: Readonly<Record<string, (model: string, id: string) => readonly Args[]>> = {
  aggregate: model => [
    { model },
    { model, domain: [['name', '=', 'x']], groupBy: ['department'], measures: ['salary:sum'] },
  ],
  create: model => [
    { model, records: [{ name: 'x' }] },
    { model, records: [{}], dryRun: true },
    { model, records: [{ name: 'x' }], confirmation: 'x' },
  ],
  delete: (_, id) => [{ ids: [id] }, { ids: [id], versions: { [id]: 99 }, dryRun: true }],
  describe_model: model => [{ model }],
  disconnect_app: () => [],
  fetch: (_, id) => [{ id }],
  list_models: () => [],
  read: (_, id) => [{ ids: [id] }, { ids: [id], fields: ['salary'], valueOffset: 1 }],
  revoke_key: () => [],
  search: model => [
    { model },
    { model, query: 'a', domain: [['manager_id.salary', '>', 1]], fields: ['salary'], order: 'salary desc' },
  ],
  write: (_, id) => [
    { ids: [id], values: { name: 'x' } },
    { ids: [id], values: { salary: 1 }, versions: { [id]: 99 }, dryRun: true },
  ],
};

/** As long as the hidden one, so that the answers may not even differ in length. */
const unknownLike = (model: string) => model.replace(/[a-z]{3}$/, 'zzz');

describeOnStores(`${verifies('PERM-3')} unknown or forbidden`, open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  /** Nothing of sara's rights, and a key that leaves out what she may use otherwise. */
  const hidden: { model: string; id: string; key: string }[] = [];

  beforeAll(async () => {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store) });
    const key = await keyOf(gatehouse, 'sara');
    const narrow = await keyOf(gatehouse, 'sara', { models: ['crm.partner'] });
    const places = [
      ['hr.employee', key],
      ['security.audit-entry', key],
      ['oauth.signing-key', key],
      ['gatehouse.job', key],
      ['sale.order', narrow],
    ] as const;
    for (const [model, credential] of places) {
      const [row] = await gatehouse.app.runtime.store.find({ model, where: { kind: 'all', of: [] }, limit: 1 });
      hidden.push({ model, id: `${model}/${row?.id ?? 'a'.repeat(24)}`, key: credential });
    }
  });

  afterAll(async () => {
    await gatehouse?.stop();
    await store?.drop();
  });

  /** Everything that a caller can tell answers apart by, with `name` left out; of what counts up, that it is there. */
  function learned({ status, headers, text }: RawAnswer, name: string) {
    const counting = /^(date|x-ratelimit-.*)$/;
    const told = [...headers].map(([header, value]) => `${header}: ${counting.test(header) ? '…' : value}`);
    return { status, told, text: text.replaceAll(name, 'NAME') };
  }

  const tools = (): readonly ToolDefinition[] => [...gatehouse.app.catalog.tools.values()];
  const callsOf = (tool: ToolDefinition, model: string, id: string) => namings[tool.name]?.(model, id) ?? [];

  test('every registered tool is tried', () => {
    expect(Object.keys(namings)).toEqual(tools().map(({ name }) => name));
    for (const tool of tools()) {
      for (const args of callsOf(tool, 'x.model', `x.model/${'a'.repeat(24)}`)) {
        // A call that does not fit the schema would be refused for that, and prove nothing.
        const touched = tool.touches(tool.input.parse(args)).map(({ model }) => model);
        expect([tool.name, touched]).toEqual([tool.name, ['x.model']]);
      }
    }
  });

  test.each(['modern', 'legacy'] as const)('are told in the same words and the same shape (%s)', async era => {
    for (const { model, id, key } of hidden) {
      const unknown = unknownLike(model);
      for (const tool of tools()) {
        const others = callsOf(tool, unknown, id.replace(model, unknown));
        for (const [index, args] of callsOf(tool, model, id).entries()) {
          const one = await callTool(gatehouse.url, tool.name, args, { key, era });
          const other = await callTool(gatehouse.url, tool.name, others[index], { key, era });
          expect(one.text).toContain('MODEL_NOT_AVAILABLE');
          expect(learned(one, model), `${tool.name} ${JSON.stringify(args)}`).toEqual(learned(other, unknown));
        }
      }
    }
  });

  test('take the same time, within noise', { timeout: 300_000 }, async () => {
    const [{ model, id, key } = expect.unreachable()] = hidden;
    const unknown = unknownLike(model);
    for (const tool of tools()) {
      const args = callsOf(tool, model, id).at(-1);
      const other = callsOf(tool, unknown, id.replace(model, unknown)).at(-1);
      if (!args || !other) continue;
      const timed = async (given: Args) => {
        const begun = performance.now();
        await callTool(gatehouse.url, tool.name, given, { key });
        return performance.now() - begun;
      };
      // A real difference is there whenever one looks; what else the machine does is not.
      const chances: number[] = [];
      do {
        const times = { forbidden: [] as number[], unknown: [] as number[] };
        for (let turn = 0; turn < 60; turn += 1) {
          const isFirst = turn % 2 === 0;
          if (isFirst) times.forbidden.push(await timed(args));
          times.unknown.push(await timed(other));
          if (!isFirst) times.forbidden.push(await timed(args));
        }
        chances.push(chanceOfLarger(times.forbidden, times.unknown));
      } while (chances.length < 4 && Math.abs((chances.at(-1) ?? 0) - 0.5) > 0.2);
      expect(Math.abs((chances.at(-1) ?? 0) - 0.5), `${tool.name}: ${chances}`).toBeLessThanOrEqual(0.2);
    }
  });

  test("a key or an app of somebody else's is told like one that is not there", async () => {
    const key = await keyOf(gatehouse, 'sara');
    const { runtime } = gatehouse.app;
    const [theirs] = [await keyOf(gatehouse, 'hank')].map(secret => secret.split('_')[1] ?? '');
    const [row] = await runtime.store.find({
      model: 'security.api-key',
      where: equals('prefix', theirs ?? ''),
    });
    const hank = row?.user;
    const id = runtime.newId();
    const app = { client_id: 'c', client_name: 'Theirs', scopes: ['read'], resource: 'r', payload: {} };
    await runtime.store.write([{ kind: 'insert', model: 'oauth.grant', row: { id, user: hank ?? null, ...app } }]);
    const nobodys = randomBytes(12).toString('hex');
    const pairs: [tool: string, argument: string, theirs: string, none: string][] = [
      ['revoke_key', 'key', theirs ?? '', 'zzzzzzzz'],
      ['revoke_key', 'key', row?.id ?? '', nobodys],
      ['revoke_key', 'key', `security.api-key/${row?.id}`, `security.api-key/${nobodys}`],
      ['disconnect_app', 'app', id, nobodys],
      ['disconnect_app', 'app', `oauth.grant/${id}`, `oauth.grant/${nobodys}`],
    ];
    for (const [tool, argument, one, other] of pairs) {
      const [hers, none] = [
        await callTool(gatehouse.url, tool, { [argument]: one }, { key }),
        await callTool(gatehouse.url, tool, { [argument]: other }, { key }),
      ];
      expect(hers.text).toContain('RECORD_NOT_FOUND');
      expect(learned(hers, one), `${tool} ${one}`).toEqual(learned(none, other));
    }
    const [left] = await runtime.store.find({
      model: 'security.api-key',
      where: equals('id', row?.id ?? ''),
    });
    expect(left?.revoked_at).toBeNull();
  });
});
