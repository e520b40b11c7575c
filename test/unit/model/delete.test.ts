import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { add, type Company, interruption, openCompany, refusal } from './company.ts';

const { during, wrap } = interruption();
let company: Company;
beforeAll(async () => {
  company = await openCompany({ wrap });
});
afterAll(() => company.close());

const exists = async (id: string) => (await company.system.of(id.split('/')[0] ?? '').count([['id', '=', id]])) === 1;

async function orderOf(partner: string | null): Promise<{ order: string; lines: string[] }> {
  const order = await add(company, 'sale.order', { name: 'S1', partner_id: partner });
  const lines = [
    await add(company, 'sale.line', { text: 'a', order_id: order }),
    await add(company, 'sale.line', { text: 'b', order_id: order }),
  ];
  return { order, lines };
}

describe(`${verifies('TOOL-6')} delete`, () => {
  test('takes along what hangs on it, and clears references', async () => {
    const { order, lines } = await orderOf(null);
    company.changes.length = 0;
    const records = company.as({}).of('sale.order');
    const would = await records.delete([order], { dryRun: true });
    expect(company.changes).toEqual([]);
    expect(await exists(order)).toBe(true);
    const done = await records.delete([order]);
    expect(done).toEqual(would);
    expect(done).toMatchObject({ deleted: [{ id: order, title: 'S1' }], alsoDeleted: 2, cleared: 0 });
    for (const id of [order, ...lines]) expect(await exists(id)).toBe(false);
    expect(company.changes.map(({ model, operation, ids }) => [model, operation, ids.length])).toEqual([
      ['sale.order', 'delete', 1],
      ['sale.line', 'delete', 2],
    ]);
  });

  test(`${verifies('TOOL-9')} only the deletion that the plan stands for, until the last moment`, async () => {
    const records = company.as({}).of('sale.order');
    const changes: Record<string, (order: string, lines: readonly string[]) => Promise<unknown>> = {
      'a record more': order => add(company, 'sale.line', { text: 'c', order_id: order }),
      'a record less': (_, [line = '']) => company.system.of('sale.line').delete([line]),
      'another version of one that goes along': (_, [line = '']) =>
        company.system.of('sale.line').write([line], { text: 'b' }),
      'another version': order => company.system.of('sale.order').write([order], { name: 'S2' }),
    };
    for (const [name, change] of Object.entries(changes)) {
      const { order, lines } = await orderOf(null);
      const { plan } = await records.delete([order], { dryRun: true });
      await change(order, lines);
      const early = records.delete([order], { plan });
      expect(await refusal(early), name).toMatchObject({ code: 'RECORD_CHANGED' });
      expect(await exists(order), name).toBe(true);
      const { plan: next } = await records.delete([order], { dryRun: true });
      expect(next, name).not.toBe(plan);
      await records.delete([order], { plan: next });
    }
    const { order } = await orderOf(null);
    const { plan } = await records.delete([order], { dryRun: true });
    during(() => company.system.of('sale.order').write([order], { name: 'S3' }));
    expect(await refusal(records.delete([order], { plan }))).toMatchObject({ code: 'RECORD_CHANGED' });
    expect(await exists(order)).toBe(true);
  });

  test('references are cleared: of one and of many', async () => {
    const parent = await add(company, 'crm.partner', { name: 'Parent' });
    const child = await add(company, 'crm.partner', { name: 'Child', parent_id: parent });
    const [one, two] = [await add(company, 'crm.tag', { name: '1' }), await add(company, 'crm.tag', { name: '2' })];
    await company.system.of('crm.partner').write([child], { tag_ids: [one, two] });
    expect(await company.as({}).of('crm.partner').delete([parent])).toMatchObject({ alsoDeleted: 0, cleared: 1 });
    expect(await company.as({}).of('crm.tag').delete([one])).toMatchObject({ cleared: 1 });
    const [read] = await company.system.of('crm.partner').read([child]);
    expect(read?.values).toMatchObject({ parent_id: null, tag_ids: [{ id: two }], updatedBy: 'sara' });
    expect(read?.version).toBe(4);
  });

  test('a record in use, and what uses it', async () => {
    const partner = await add(company, 'crm.partner', { name: 'Used' });
    const { order } = await orderOf(partner);
    await orderOf(partner);
    for (const dryRun of [true, false]) {
      const refused = await refusal(company.as({}).of('crm.partner').delete([partner], { dryRun }));
      expect(refused.code).toBe('RECORD_IN_USE');
      expect(refused.message).toBe('Other records refer to it: sale.order (2). Nothing was deleted.');
    }
    expect(await exists(order)).toBe(true);
  });

  test('what is deleted at the same time is not in the way', async () => {
    const parent = await add(company, 'crm.partner', { name: 'A' });
    const child = await add(company, 'crm.partner', { name: 'B', parent_id: parent });
    expect(await company.as({}).of('crm.partner').delete([parent, child])).toMatchObject({
      alsoDeleted: 0,
      cleared: 0,
    });
  });

  test('all or nothing, and only the version that was seen', async () => {
    const one = await add(company, 'crm.tag', { name: 'x' });
    const missing = 'crm.tag/ffffffffffffffffffffffff';
    expect((await refusal(company.as({}).of('crm.tag').delete([one, missing]))).code).toBe('RECORD_NOT_FOUND');
    const stale = await refusal(
      company
        .as({})
        .of('crm.tag')
        .delete([one], { versions: { [one]: 7 } }),
    );
    expect(stale).toMatchObject({ code: 'RECORD_CHANGED', data: { expected: 7, actual: 1 } });
    during(() => company.system.of('crm.tag').write([one], { name: 'y' }));
    const quick = await refusal(
      company
        .as({})
        .of('crm.tag')
        .delete([one], { versions: { [one]: 1 } }),
    );
    expect(quick).toMatchObject({ code: 'RECORD_CHANGED', data: { expected: 1, actual: 2 } });
    expect(await exists(one)).toBe(true);
  });
});

describe(`${verifies('RULE-1')} what the caller may not see or delete`, () => {
  test('a record that may be seen and not deleted', async () => {
    const tag = await add(company, 'crm.tag', { name: 'keep' });
    const records = company.as({ rules: { 'crm.tag:delete': [['name', '=', 'drop']] } }).of('crm.tag');
    expect((await refusal(records.delete([tag]))).code).toBe('RULE_VIOLATED');
    expect(await exists(tag)).toBe(true);
  });

  test.each([
    ['a model that it may not reach', { models: { 'sale.order': null } }],
    ['records that its rules hide', { rules: { 'sale.order': [['name', '=', 'other']] } }],
    ['a field that is hidden', { hidden: ['sale.order.partner_id'] }],
  ])('used by %s: nothing is said of it', async (_, rights) => {
    const partner = await add(company, 'crm.partner', { name: 'Quiet' });
    await orderOf(partner);
    const refused = await refusal(company.as(rights).of('crm.partner').delete([partner]));
    expect(refused).toEqual({ code: 'RECORD_IN_USE', message: 'Other records refer to this one.', data: undefined });
  });

  test('only the references that it may see are counted', async () => {
    const partner = await add(company, 'crm.partner', { name: 'Half' });
    await orderOf(partner);
    await add(company, 'sale.order', { name: 'seen', partner_id: partner });
    const refused = await refusal(
      company
        .as({ rules: { 'sale.order': [['name', '=', 'seen']] } })
        .of('crm.partner')
        .delete([partner]),
    );
    expect(refused.message).toBe('Other records refer to it: sale.order (1). Nothing was deleted.');
  });

  test('hidden references are cleared without a word', async () => {
    const parent = await add(company, 'crm.partner', { name: 'Top' });
    const hidden = await add(company, 'crm.partner', { name: 'Hidden', parent_id: parent });
    const records = company.as({ rules: { 'crm.partner': [['name', '!=', 'Hidden']] } }).of('crm.partner');
    expect(await records.delete([parent])).toMatchObject({ alsoDeleted: 0, cleared: 0 });
    expect((await company.system.of('crm.partner').read([hidden]))[0]?.values.parent_id).toBe(null);
  });

  test.each([
    ['may not delete', { models: { 'sale.line': ['read', 'write', 'create'] } }, 'sale.line (2)'],
    ['may not delete all of', { rules: { 'sale.line:delete': [['text', '=', 'a']] } }, 'sale.line (1)'],
    ['may not see', { models: { 'sale.line': null } }, undefined],
    ['may not see all of', { rules: { 'sale.line': [['text', '=', 'a']] } }, undefined],
  ] as const)('nothing goes along that the caller %s', async (_, rights, named) => {
    const { order, lines } = await orderOf(null);
    const refused = await refusal(company.as(rights).of('sale.order').delete([order]));
    expect(refused.code).toBe('RECORD_IN_USE');
    expect(refused.message).toBe(
      named ? `Other records refer to it: ${named}. Nothing was deleted.` : 'Other records refer to this one.',
    );
    for (const id of [order, ...lines]) expect(await exists(id)).toBe(true);
  });
});
