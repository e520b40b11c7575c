import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCompany } from '../../../plugins/demo/company/build-company.ts';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { demoModels } from '../../../plugins/demo/models/demo-models.ts';
import { createKey } from '../../../plugins/security/plugin.ts';
import { callTool, type RawAnswer } from '../../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

/** What mcp.config.ts promises of the demo's users, asked of a running server as they would. */

type Login = keyof typeof userIds;
const shared = ['crm.country', 'crm.tag', 'product.product'];
const all = demoModels.map(({ name }) => name);
const company = buildCompany(new Map());
const rowsOf = (model: string) => company.get(model) ?? [];
const orders = rowsOf('sale.order');
const isSaras = (row: object): boolean => 'user_id' in row && row.user_id === userIds.sara;
const sarasOrders = new Set(orders.filter(isSaras).map(({ id }) => id));
const sarasOrder = orders.find(isSaras)?.id ?? '';
const adminsOrder = orders.find(order => order.user_id === userIds.admin)?.id ?? '';
const lineOf = (order: string) =>
  `sale.order.line/${rowsOf('sale.order.line').find(row => row.order_id === order)?.id}`;

describeOnStores('the example policies', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  const keys = new Map<Login, string>();

  beforeAll(async () => {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store) });
    for (const user of ['admin', 'sara', 'hank', 'ada'] as const) {
      const { runtime } = gatehouse.app;
      keys.set(user, (await createKey({ runtime, name: user, user, scopes: 'all', rate: 100_000 })).key);
    }
  });
  afterAll(async () => {
    await gatehouse?.stop();
    await store?.drop();
  });

  const call = (user: Login, tool: string, args: object): Promise<RawAnswer> =>
    callTool(gatehouse.url, tool, args, { key: keys.get(user) });
  const codeOf = ({ json }: RawAnswer) =>
    (json?.result?._meta as { 'gatehouse/error'?: { code: string } })?.['gatehouse/error']?.code;

  async function result<T>(user: Login, tool: string, args: object): Promise<T> {
    const { json, text } = await call(user, tool, args);
    expect(json?.result?.isError, text).toBeFalsy();
    return json?.result?.structuredContent as T;
  }

  const total = async (user: Login, model: string) =>
    (await result<{ total: number }>(user, 'search', { model, limit: 1 })).total;

  test.each<[Login, readonly string[]]>([
    ['sara', [...shared, 'crm.partner', 'sale.order', 'sale.order.line', 'account.invoice', 'base.user']],
    ['hank', [...shared, 'hr.employee']],
    ['ada', [...all, 'base.user']],
  ])('%s has these models and no others', async (user, models) => {
    const listed = await result<{ models: { name: string }[] }>(user, 'list_models', {});
    // Their own keys come with the plugin security, their own connected apps with oauth.
    const own = ['security.api-key', 'oauth.grant'];
    expect(listed.models.map(({ name }) => name).toSorted()).toEqual([...models, ...own].toSorted());
  });

  test('admin has everything of the company', async () => {
    for (const model of all) expect(await total('admin', model)).toBe(rowsOf(model).length);
  });

  test('ada reads all of it', async () => {
    for (const model of all) expect(await total('ada', model)).toBe(rowsOf(model).length);
  });

  test.each([
    ['crm.partner', rowsOf('crm.partner').filter(isSaras).length],
    ['sale.order', sarasOrders.size],
    ['sale.order.line', rowsOf('sale.order.line').filter(line => sarasOrders.has(String(line.order_id))).length],
    ['account.invoice', rowsOf('account.invoice').filter(invoice => sarasOrders.has(String(invoice.order_id))).length],
  ])('of %s, sara sees what is hers', async (model, count) => {
    expect(count).toBeGreaterThan(100);
    expect(await total('sara', model)).toBe(count);
  });

  test('figures of what is hers alone, by herself and through relations', async () => {
    const figures = async (model: string, args: object) =>
      (await result<{ groups: Record<string, unknown>[] }>('sara', 'aggregate', { model, ...args })).groups;
    const lines = rowsOf('sale.order.line').filter(line => sarasOrders.has(String(line.order_id)));
    for (const domain of [[], [['order_id.user_id', '!=', false]], ['!', ['order_id.user_id', '=', userIds.admin]]]) {
      const [all] = await figures('sale.order.line', { domain });
      expect(all).toEqual({ count: lines.length });
    }
    expect(await figures('sale.order.line', { domain: [['order_id.user_id', '=', userIds.admin]] })).toEqual([
      { count: 0 },
    ]);
    const groups = await figures('sale.order.line', { groupBy: ['order_id'] });
    expect(groups.map(({ count }) => count)).toHaveLength(Math.min(200, sarasOrders.size));
    expect(JSON.stringify(groups)).not.toContain(adminsOrder);
  });

  test('an order of somebody else is to sara as if it were not there', async () => {
    const foreign = await call('sara', 'read', { ids: [`sale.order/${adminsOrder}`] });
    const absent = await call('sara', 'read', { ids: [`sale.order/${'0'.repeat(24)}`] });
    expect(codeOf(foreign)).toBe('RECORD_NOT_FOUND');
    expect(foreign.text.replaceAll(adminsOrder, 'ID')).toBe(absent.text.replaceAll('0'.repeat(24), 'ID'));
  });

  test.each<[Login, string, string[], string[]]>([
    ['sara', 'crm.partner', ['email', 'phone'], ['credit_limit']],
    ['sara', 'product.product', ['price'], ['cost']],
    ['hank', 'hr.employee', ['salary', 'national_id'], []],
    ['ada', 'hr.employee', ['salary'], ['national_id']],
    ['ada', 'crm.partner', ['credit_limit', 'city'], ['email', 'phone']],
  ])('%s, %s: the fields %j are there, %j are not', async (user, model, there, hidden) => {
    const { fields } = await result<{ fields: { name: string }[] }>(user, 'describe_model', { model });
    const names = fields.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(there));
    for (const field of hidden) {
      expect(names).not.toContain(field);
      expect(codeOf(await call(user, 'search', { model, fields: [field] }))).toBe('FIELD_NOT_AVAILABLE');
      expect(codeOf(await call(user, 'search', { model, domain: [[field, '!=', null]] }))).toBe('FIELD_NOT_AVAILABLE');
    }
  });

  describe('nobody does more than they may', () => {
    test.each<[string, Login, string, object, string]>([
      [
        'gives an order away',
        'sara',
        'write',
        { ids: [`sale.order/${sarasOrder}`], values: { user_id: userIds.admin } },
        'VALUES_INVALID',
      ],
      [
        'gives an order up',
        'sara',
        'write',
        { ids: [`sale.order/${sarasOrder}`], values: { user_id: null } },
        'RULE_VIOLATED',
      ],
      [
        'writes an order of somebody else',
        'sara',
        'write',
        { ids: [`sale.order/${adminsOrder}`], values: { state: 'cancel' } },
        'RECORD_NOT_FOUND',
      ],
      [
        'takes an order of somebody else',
        'sara',
        'write',
        { ids: [`sale.order/${adminsOrder}`], values: { user_id: userIds.sara } },
        'RECORD_NOT_FOUND',
      ],
      [
        'takes it beside one of her own',
        'sara',
        'write',
        { ids: [`sale.order/${sarasOrder}`, `sale.order/${adminsOrder}`], values: { user_id: userIds.sara } },
        'RECORD_NOT_FOUND',
      ],
      [
        'moves a line to an order of somebody else',
        'sara',
        'write',
        { ids: [lineOf(sarasOrder)], values: { order_id: `sale.order/${adminsOrder}` } },
        'VALUES_INVALID',
      ],
      [
        'takes a line from an order of somebody else',
        'sara',
        'write',
        { ids: [lineOf(adminsOrder)], values: { order_id: `sale.order/${sarasOrder}` } },
        'RECORD_NOT_FOUND',
      ],
      [
        'deletes a line of somebody else',
        'sara',
        'delete',
        { ids: [lineOf(adminsOrder)], dryRun: true },
        'RECORD_NOT_FOUND',
      ],
      [
        'leaves a line without an order',
        'sara',
        'write',
        { ids: [lineOf(sarasOrder)], values: { order_id: null } },
        'VALUES_INVALID',
      ],
      ['deletes an order', 'sara', 'delete', { ids: [`sale.order/${sarasOrder}`] }, 'OPERATION_NOT_ALLOWED'],
      ['reads employees', 'sara', 'search', { model: 'hr.employee' }, 'MODEL_NOT_AVAILABLE'],
      ['reads orders', 'hank', 'search', { model: 'sale.order' }, 'MODEL_NOT_AVAILABLE'],
      [
        'hires through an AI client',
        'hank',
        'create',
        { model: 'hr.employee', records: [{ name: 'X', job: 'Y', department: 'hr' }] },
        'OPERATION_NOT_ALLOWED',
      ],
      [
        'changes a tag',
        'ada',
        'write',
        { ids: [`crm.tag/${rowsOf('crm.tag')[0]?.id}`], values: { name: 'X' } },
        'OPERATION_NOT_ALLOWED',
      ],
      ['reads users', 'hank', 'search', { model: 'base.user' }, 'MODEL_NOT_AVAILABLE'],
    ])('%s: %s, %s', async (_, user, tool, args, code) => {
      const answer = await call(user, tool, args);
      expect(codeOf(answer), answer.text).toBe(code);
    });
  });

  test('sara takes an order for herself, whether she says so or not, and for nobody else', async () => {
    const order = { partner_id: rowsOf('crm.partner').find(isSaras)?.id, date: '2026-10-01' };
    const create = (values: object) =>
      call('sara', 'create', { model: 'sale.order', records: [{ ...order, ...values }] });
    expect(codeOf(await create({ name: 'S99001', user_id: null }))).toBe('RULE_VIOLATED');
    expect(codeOf(await create({ name: 'S99002', user_id: userIds.admin }))).toBe('VALUES_INVALID');
    expect(await total('sara', 'sale.order')).toBe(sarasOrders.size);
    expect(codeOf(await create({ name: 'S99003' }))).toBeUndefined();
    expect(codeOf(await create({ name: 'S99004', user_id: userIds.sara }))).toBeUndefined();
    expect(await total('sara', 'sale.order')).toBe(sarasOrders.size + 2);
  });

  test('of the users, sara sees herself, ada all without their addresses', async () => {
    const users = async (user: Login) =>
      (await result<{ results: { title: string; values: object }[] }>(user, 'search', { model: 'base.user' })).results;
    expect((await users('sara')).map(({ title }) => title)).toEqual(['Sara Lindgren']);
    const seen = await users('ada');
    expect(seen).toHaveLength(4);
    for (const { values } of seen) expect(values).not.toHaveProperty('email');
  });

  test('and they do what they may', async () => {
    const id = `sale.order/${sarasOrder}`;
    await result('sara', 'write', { ids: [id], values: { state: 'sent' } });
    const read = await result<{ records: { values: { state: string } }[] }>('sara', 'read', { ids: [id] });
    expect(read.records[0]?.values.state).toBe('sent');
  });
});
