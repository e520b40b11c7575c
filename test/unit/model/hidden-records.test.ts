import { expect, test } from 'vitest';
import type { Environment } from '../../../src/model/environment.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { add, type Company, openCompany, type Rights } from './company.ts';
import { type Attempt, observe } from './noninterference.ts';

/*
 * Two companies: in one, records that the rules hide from the caller exist and are referred to from everywhere; in the
 * other they have never been. Whatever the caller does, it must not be able to tell which one it is in.
 */

const id = (index: number) => index.toString(16).padStart(24, '0');
const austria = `base.country/${id(1)}`;
const vip = `crm.tag/${id(2)}`;
const acme = `crm.partner/${id(3)}`;
const bob = `crm.partner/${id(4)}`;
const order = `sale.order/${id(5)}`;
const hiddenTag = `crm.tag/${id(6)}`;
const hidden = `crm.partner/${id(7)}`;
const below = `crm.partner/${id(8)}`;
const hiddenOrder = `sale.order/${id(9)}`;
const hiddenCountry = `base.country/${id(10)}`;
const missing = `crm.partner/${'f'.repeat(24)}`;

async function world(company: Company, isThere: boolean): Promise<void> {
  await add(company, 'base.country', { name: 'Austria', code: 'AT' });
  await add(company, 'crm.tag', { name: 'VIP' });
  await add(company, 'crm.partner', { name: 'Acme', rank: 1, country_id: austria });
  await add(company, 'crm.partner', { name: 'Bob', rank: 2 });
  await add(company, 'sale.order', { name: 'S1', amount: 10, owner: 'sara' });
  await add(company, 'crm.tag', { name: 'Secret', private: true });
  await add(company, 'crm.partner', { name: 'Hidden', rank: 99, notes: 'hidden words', parent_id: acme, credit: 7 });
  await add(company, 'crm.partner', { name: 'Below', rank: 3 });
  await add(company, 'sale.order', { name: 'S2', amount: 99, owner: 'hank', partner_id: acme });
  await add(company, 'base.country', { name: 'Hidden land', code: 'XX' });
  const system = company.system;
  if (!isThere) {
    await system.of('crm.partner').delete([hidden]);
    await system.of('crm.tag').delete([hiddenTag]);
    await system.of('sale.order').delete([hiddenOrder]);
    await system.of('base.country').delete([hiddenCountry]);
  }
  const ifThere = (value: string) => (isThere ? value : null);
  await system.of('crm.partner').write([below], { parent_id: ifThere(hidden), country_id: ifThere(hiddenCountry) });
  await system.of('crm.partner').write([bob], { tag_ids: isThere ? [vip, hiddenTag] : [vip] });
  await system.of('sale.order').write([order], { partner_id: ifThere(hidden) });
}

const rights: Rights = {
  rules: {
    'crm.partner': [['rank', '<', 10]],
    'crm.tag': [['private', '=', false]],
    'sale.order': [['owner', '=', { user: 'login' }]],
    'base.country': [['code', '!=', 'XX']],
  },
};

const search = (model: string, domain: unknown, more: object = {}): Attempt => ({
  name: `search ${model} ${JSON.stringify(domain)} ${JSON.stringify(more)}`,
  run: env => env.of(model).search({ domain, ...more }),
});
const act = (name: string, run: (env: Environment) => Promise<unknown>): Attempt => ({ name, run });

const leaves: unknown[] = [
  ['parent_id', '=', hidden],
  ['parent_id', '!=', hidden],
  ['parent_id', 'in', [hidden, false]],
  ['parent_id', 'not in', [hidden, acme]],
  ['parent_id', '=', false],
  ['parent_id', '!=', false],
  ['parent_id', 'ilike', 'hid'],
  ['parent_id', 'not ilike', 'hid'],
  ['parent_id', 'child_of', hidden],
  ['parent_id', 'parent_of', bob],
  ['parent_id.rank', '=', 99],
  ['parent_id.rank', '!=', 99],
  ['parent_id.id', '=', hidden],
  ['parent_id.parent_id', '=', acme],
  ['parent_id.name', '=', false],
  ['country_id', '=', hiddenCountry],
  ['country_id', '=', false],
  ['country_id.code', 'like', 'X'],
  ['tag_ids', '=', hiddenTag],
  ['tag_ids', '!=', hiddenTag],
  ['tag_ids', 'in', [hiddenTag]],
  ['tag_ids', 'not in', [hiddenTag, vip]],
  ['tag_ids.private', '=', true],
  ['tag_ids', 'ilike', 'secret'],
  ['child_ids', '=', hidden],
  ['child_ids', '=', false],
  ['child_ids.rank', '>', 50],
  ['child_ids', 'ilike', 'hidden'],
  ['order_ids', '!=', false],
  ['order_ids.amount', '>', 50],
  ['id', '=', hidden],
  ['id', '!=', hidden],
  ['id', 'in', [hidden, bob]],
  ['id', 'child_of', hidden],
  ['id', 'child_of', acme],
  ['id', 'parent_of', below],
  ['rank', '>', 50],
];

const attempts: Attempt[] = [
  ...leaves.map(leaf => search('crm.partner', [leaf])),
  ...leaves.map(leaf => search('crm.partner', ['!', leaf])),
  ...['order_ids', 'child_ids'].map(name => search('crm.partner', [], { fields: [name, 'name'] })),
  search('crm.partner', [], { order: 'rank desc' }),
  search('crm.partner', [], { limit: 1, offset: 2 }),
  search('crm.partner', undefined, { query: 'hidden' }),
  search('sale.order', [['partner_id', '=', false]]),
  search('sale.order', [['partner_id.name', 'ilike', 'h']]),
  search('sale.order', [['partner_id', 'child_of', acme]]),
  act('count', env => env.of('crm.partner').count([['rank', '>', 0]])),
  act('read all', env => env.of('crm.partner').read([acme, bob, below])),
  act('read the order', env => env.of('sale.order').read([order])),
  ...[hidden, missing].map(target => act('read hidden', env => env.of('crm.partner').read([acme, target]))),
  ...['parent_id', 'country_id', 'kind', 'active', 'rank', 'createdAt:month'].map(group =>
    act(`by ${group}`, env =>
      env.of('crm.partner').aggregate({ groupBy: [group], measures: ['count', 'credit:sum', 'rank:avg', 'rank:max'] }),
    ),
  ),
  act('by two', env => env.of('crm.partner').aggregate({ groupBy: ['parent_id', 'country_id'] })),
  act('by two, one page', env =>
    env.of('crm.partner').aggregate({ groupBy: ['country_id', 'parent_id'], limit: 1, offset: 1 }),
  ),
  act('orders by partner', env =>
    env.of('sale.order').aggregate({ groupBy: ['partner_id'], measures: ['amount:sum'] }),
  ),
  act('figures', env => env.of('crm.partner').aggregate({ measures: ['count', 'credit:sum', 'rank:max'] })),
  ...[true, false].flatMap(dryRun => [
    act('write hidden', env => env.of('crm.partner').write([hidden], { rank: 1 }, { dryRun })),
    act('write hidden with a version', env =>
      env.of('crm.partner').write([hidden], { rank: 1 }, { dryRun, versions: { [hidden]: 9 } }),
    ),
    act('write one that is missing', env => env.of('crm.partner').write([missing], { rank: 1 }, { dryRun })),
    act('delete hidden', env => env.of('crm.partner').delete([hidden], { dryRun })),
    act('refer to hidden', env => env.of('crm.partner').write([bob], { parent_id: hidden }, { dryRun })),
    act('refer to missing', env => env.of('crm.partner').write([bob], { parent_id: missing }, { dryRun })),
    act('refer to hidden in a list', env => env.of('crm.partner').write([bob], { tag_ids: [hiddenTag] }, { dryRun })),
    act('refer to hidden when creating', env =>
      env.of('sale.order').create([{ name: 'x', owner: 'sara', partner_id: hidden }], { dryRun }),
    ),
    act('write beside a hidden reference', env => env.of('crm.partner').write([below], { rank: 4 }, { dryRun })),
    act('empty a hidden reference', env => env.of('crm.partner').write([below], { country_id: null }, { dryRun })),
    act('replace a list with hidden ones', env => env.of('crm.partner').write([bob], { tag_ids: [] }, { dryRun })),
  ]),
  act('read again', env => env.of('crm.partner').read([bob, below])),
  act('delete what a hidden one has been below of', env => env.of('crm.partner').delete([below])),
  act('delete a tag', env => env.of('crm.tag').delete([vip])),
];

/** An order with so many lines. */
const withLines = (count: number) => async (company: Company) => {
  const order_id = await add(company, 'sale.order', { name: 'S1' });
  for (let line = 0; line < count; line += 1) await add(company, 'sale.line', { text: 'shown', order_id });
};

/** Two orders, a line in one of them, and a part of that line in the second. */
const withPart = (order: number) => async (company: Company) => {
  await add(company, 'sale.order', { name: 'S1' });
  const second = await add(company, 'sale.order', { name: 'S2' });
  const part_of = await add(company, 'sale.line', { text: 'line', order_id: `sale.order/${id(order)}` });
  await add(company, 'sale.line', { text: 'part', order_id: second, part_of });
};

describeOnStores('records hidden by rules', open => {
  test(`${verifies('RULE-1', 'PERM-3')} they cannot be told from records that are not there`, async () => {
    const observed = await observe({
      rights,
      attempts,
      open,
      worlds: [company => world(company, true), company => world(company, false)],
    });
    for (const { name, seen } of observed) expect({ name, seen: seen[0] }).toEqual({ name, seen: seen[1] });
    expect(observed.filter(({ seen }) => seen[0] && 'answer' in seen[0]).length).toBeGreaterThan(100);
    const sayings = (name: string) => JSON.stringify(observed.find(one => one.name === name)?.seen[0]);
    expect(sayings('refer to hidden').replaceAll(hidden, missing)).toBe(sayings('refer to missing'));
    expect(sayings('write hidden').replaceAll(hidden, missing)).toBe(sayings('write one that is missing'));
  });

  test(`${verifies('FIELD-1')} how many depend on a record tells nothing of references that are hidden`, async () => {
    const unseen: Rights[] = [{ hidden: ['sale.line.order_id'] }, { models: { 'sale.line': ['delete'] } }];
    for (const rights of unseen) {
      const observed = await observe({
        rights,
        open,
        attempts: [act('try', env => env.of('sale.order').delete([`sale.order/${id(1)}`], { dryRun: true }))],
        worlds: [withLines(0), withLines(2)],
      });
      for (const { seen } of observed) {
        expect(seen[0]).toEqual(seen[1]);
        expect(seen[0]).toMatchObject({ answer: { alsoDeleted: 0 } });
      }
    }
  });

  test(`${verifies('FIELD-1')} a reference that is hidden stays so where what hangs on it is seen`, async () => {
    const observed = await observe({
      rights: { hidden: ['sale.line.order_id'] },
      open,
      attempts: [act('try', env => env.of('sale.order').delete([`sale.order/${id(1)}`], { dryRun: true }))],
      worlds: [withPart(1), withPart(2)],
    });
    for (const { seen } of observed) {
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]).toMatchObject({ answer: { alsoDeleted: 0 } });
    }
  });

  test('references that the caller does not see outlast its writes', async () => {
    const company = await openCompany({ given: await open() });
    try {
      await world(company, true);
      await company.as(rights).of('crm.partner').write([bob], { tag_ids: [] });
      const [read] = await company.system.of('crm.partner').read([bob], ['tag_ids']);
      expect(read?.values.tag_ids).toEqual([{ id: hiddenTag, title: 'Secret' }]);
    } finally {
      await company.close();
    }
  });
});
