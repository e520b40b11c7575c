import { expect, test } from 'vitest';
import type { Environment } from '../../../src/model/environment.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { add, type Company, openCompany, type Rights, refusal } from './company.ts';
import { type Attempt, observe } from './noninterference.ts';

/*
 * Two companies with other values in the fields that are hidden from the caller. Whatever it does, it must see the
 * same. And a hidden field is refused in the words in which one is that does not exist.
 */

const id = (index: number) => index.toString(16).padStart(24, '0');
const acme = `crm.partner/${id(1)}`;
const bob = `crm.partner/${id(2)}`;

async function world(company: Company, other: boolean): Promise<void> {
  const pick = (one: unknown, two: unknown) => (other ? two : one);
  await add(company, 'crm.partner', {
    name: pick('Aa', 'Zz'),
    secret: pick('s1', 's2'),
    rank: pick(1, 9),
    credit: pick(5, 6),
  });
  await add(company, 'crm.partner', {
    name: pick('Bb', 'Yy'),
    secret: pick('t1', null),
    rank: pick(2, 8),
    parent_id: acme,
  });
  await add(company, 'sale.order', { name: 'S1', amount: 10, partner_id: pick(acme, bob) });
  await add(company, 'sale.order', {
    name: 'S2',
    amount: 20,
    partner_id: pick(bob, acme),
    state: pick('draft', 'done'),
  });
}

const rights: Rights = {
  hidden: [
    'crm.partner.name',
    'crm.partner.secret',
    'crm.partner.rank',
    'crm.partner.credit',
    'sale.order.partner_id',
    'sale.order.state',
  ],
};

const act = (name: string, run: (env: Environment) => Promise<unknown>): Attempt => ({ name, run });
const secrets = ['name', 'secret', 'rank', 'credit', 'hint', 'initial', 'order_ids'];

const attempts: Attempt[] = [
  act('search', env => env.of('crm.partner').search({})),
  act('search in the order of the model', env => env.of('crm.partner').search({ limit: 1 })),
  act('read', env => env.of('crm.partner').read([bob, acme])),
  act('orders', env => env.of('sale.order').search({})),
  act('order', env => env.of('sale.order').read([`sale.order/${id(3)}`])),
  ...['s1', 's2', 't1', 'Aa', 'Zz'].map(query => act(`query ${query}`, env => env.of('crm.partner').search({ query }))),
  ...secrets.flatMap(name => [
    act(`ask by ${name}`, env => env.of('crm.partner').search({ domain: [[name, '=', 's1']] })),
    act(`ask for none of ${name}`, env => env.of('crm.partner').search({ domain: [[name, '!=', false]] })),
    act(`ask by the path to ${name}`, env => env.of('crm.partner').search({ domain: [[`parent_id.${name}`, '=', 1]] })),
    act(`ask from below for ${name}`, env => env.of('crm.partner').count([[`child_ids.${name}`, '=', 1]])),
    act(`order by ${name}`, env => env.of('crm.partner').search({ order: `${name} desc` })),
    act(`read ${name}`, env => env.of('crm.partner').read([acme], [name])),
    act(`search ${name}`, env => env.of('crm.partner').search({ fields: [name] })),
    act(`group by ${name}`, env => env.of('crm.partner').aggregate({ groupBy: [name] })),
    act(`sum of ${name}`, env => env.of('crm.partner').aggregate({ measures: [`${name}:sum`] })),
    act(`maximum of ${name}`, env => env.of('crm.partner').aggregate({ measures: [`${name}:max`] })),
    ...[true, false].flatMap(dryRun => [
      act(`write ${name}`, env => env.of('crm.partner').write([acme], { [name]: 's1' }, { dryRun })),
      act(`create with ${name}`, env => env.of('crm.partner').create([{ [name]: 's1' }], { dryRun })),
    ]),
  ]),
  act('ask by a title', env => env.of('crm.partner').search({ domain: [['parent_id', 'ilike', 'a']] })),
  act('ask by the title of many', env => env.of('crm.partner').search({ domain: [['child_ids', 'like', 'b']] })),
  act('orders by partner', env => env.of('sale.order').aggregate({ groupBy: ['partner_id'] })),
  act('orders of a partner', env => env.of('sale.order').search({ domain: [['partner_id', '=', acme]] })),
  act('write', env => env.of('crm.partner').write([acme, bob], { score: 1 })),
  act('write with a version', env => env.of('crm.partner').write([acme], { score: 2 }, { versions: { [acme]: 7 } })),
  act('delete', env => env.of('crm.partner').delete([bob])),
];

describeOnStores('hidden fields', open => {
  test(`${verifies('FIELD-1')} nothing that the caller sees depends on their values`, async () => {
    const observed = await observe({
      rights,
      attempts,
      open,
      worlds: [company => world(company, false), company => world(company, true)],
    });
    for (const { name, seen } of observed) expect({ name, seen: seen[0] }).toEqual({ name, seen: seen[1] });
    expect(observed.filter(({ seen }) => seen[0] && 'answer' in seen[0]).length).toBeGreaterThan(8);
  });

  test('are refused everywhere as fields that do not exist', async () => {
    const tries = (name: string): Attempt[] => [
      act('domain', env => env.of('crm.partner').search({ domain: [[name, '=', 'x']] })),
      act('path', env => env.of('crm.partner').search({ domain: [[`parent_id.${name}`, 'in', []]] })),
      act('count', env => env.of('crm.partner').count(['!', [`child_ids.${name}`, '<', 3]])),
      act('order', env => env.of('crm.partner').search({ order: `email, ${name}` })),
      act('fields', env => env.of('crm.partner').search({ fields: ['email', name] })),
      act('read', env => env.of('crm.partner').read([acme], [name])),
      act('groupBy', env => env.of('crm.partner').aggregate({ groupBy: [name] })),
      act('groupBy with a unit', env => env.of('crm.partner').aggregate({ groupBy: [`${name}:month`] })),
      act('measures', env => env.of('crm.partner').aggregate({ measures: [`${name}:sum`] })),
      act('write', env => env.of('crm.partner').write([acme], { [name]: 1 })),
      act('create', env => env.of('crm.partner').create([{ name: 'x', [name]: null }], { dryRun: true })),
    ];
    const company = await openCompany({ given: await open() });
    try {
      await world(company, false);
      for (const hidden of secrets.filter(name => name !== 'name')) {
        const env = company.as(rights);
        for (const [index, attempt] of tries(hidden).entries()) {
          const refused = await refusal(attempt.run(env));
          const unknown = await refusal(tries('nope')[index]?.run(env) ?? Promise.resolve());
          expect(JSON.stringify(unknown).replaceAll('nope', hidden)).toBe(JSON.stringify(refused));
        }
      }
    } finally {
      await company.close();
    }
  });

  test('what may be written and not read is not told by uniqueness, nor by what changes', async () => {
    const company = await openCompany({ given: await open() });
    try {
      await world(company, false);
      const records = company.as({ writeOnly: ['crm.partner.secret'] }).of('crm.partner');
      for (const dryRun of [true, false]) {
        const refused = await refusal(records.write([acme], { secret: 't1' }, { dryRun }));
        expect(refused).toEqual({ code: 'VALUE_NOT_UNIQUE', message: 'The value is already used.', data: undefined });
        const made = await refusal(records.create([{ name: 'x', secret: 't1' }], { dryRun }));
        expect(made).toEqual(refused);
      }
      // The same value and another one look alike.
      const seen = async (secret: string) =>
        (await records.write([acme], { secret })).map(({ changes, version }) => ({ changes, version }));
      expect(await seen('s1')).toEqual([{ changes: {}, version: 2 }]);
      expect(await seen('zz')).toEqual([{ changes: {}, version: 3 }]);
    } finally {
      await company.close();
    }
  });
});
