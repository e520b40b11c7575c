import { expect, test } from 'vitest';
import type { Environment } from '../../../src/model/environment.ts';
import { veil } from '../../../src/model/mask.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { add, type Company, openCompany, type Rights, refusal } from './company.ts';
import { type Attempt, observe } from './noninterference.ts';

/*
 * Two companies with other values behind the masks, which show the same. Whatever the caller does, it must see the same.
 */

const id = (index: number) => index.toString(16).padStart(24, '0');
const acme = `crm.partner/${id(1)}`;
const bob = `crm.partner/${id(2)}`;
const order = `sale.order/${id(3)}`;

async function world(company: Company, other: boolean): Promise<void> {
  const pick = (one: unknown, two: unknown) => (other ? two : one);
  await add(company, 'crm.partner', {
    name: pick('Aa', 'Zz'),
    email: pick('jane@acme.com', 'j.smith-and-more@acme.com'),
    secret: pick('s1', 's2 and more'),
    notes: pick('note', null),
    rank: pick(1, 9),
    score: pick(1.5, null),
    credit: pick(5, 6),
    active: pick(true, false),
    birthday: pick('2001-01-01', null),
    seen: pick('2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z'),
    kind: pick('person', 'company'),
    extra: pick({ a: 1 }, null),
  });
  await add(company, 'crm.partner', {
    name: pick('Bb', 'Yy'),
    secret: pick('t1', null),
    rank: pick(2, 8),
    parent_id: acme,
  });
  await add(company, 'sale.order', { name: 'S1', amount: 10, partner_id: acme });
}

const names = [
  'name',
  'email',
  'secret',
  'notes',
  'rank',
  'score',
  'credit',
  'active',
  'birthday',
  'seen',
  'kind',
  'extra',
];
const rights: Rights = {
  masked: Object.fromEntries(names.map(name => [`crm.partner.${name}`, name === 'email' ? 'email' : 'all'])),
};
const act = (name: string, run: (env: Environment) => Promise<unknown>): Attempt => ({ name, run });
const values: Readonly<Record<string, unknown>> = {
  rank: 1,
  score: 1.5,
  credit: 5,
  active: true,
  birthday: '2001-01-01',
  seen: '2026-01-01T00:00:00Z',
  kind: 'person',
  extra: { a: 1 },
};

const attempts: Attempt[] = [
  act('search', env => env.of('crm.partner').search({})),
  act('search in the order of the model', env => env.of('crm.partner').search({ limit: 1 })),
  act('search by id', env => env.of('crm.partner').search({ domain: [['id', '=', acme]], fields: names })),
  act('read', env => env.of('crm.partner').read([bob, acme])),
  act('orders', env => env.of('sale.order').search({})),
  act('order', env => env.of('sale.order').read([order])),
  act('orders by partner', env => env.of('sale.order').aggregate({ groupBy: ['partner_id'] })),
  act('children', env => env.of('crm.partner').read([acme], ['child_ids', 'tag_ids', 'parent_id'])),
  ...['s1', 's2', 'Aa', 'Zz', 'jane', 'acme'].map(query =>
    act(`query ${query}`, env => env.of('crm.partner').search({ query })),
  ),
  ...names.flatMap(name => {
    const value = values[name] ?? 's1';
    return [
      act(`ask by ${name}`, env => env.of('crm.partner').search({ domain: [[name, '=', value]] })),
      act(`ask for none of ${name}`, env => env.of('crm.partner').search({ domain: [[name, '!=', false]] })),
      act(`ask by the path to ${name}`, env =>
        env.of('sale.order').search({ domain: [[`partner_id.${name}`, '=', value]] }),
      ),
      act(`ask from below for ${name}`, env => env.of('crm.partner').count([[`child_ids.${name}`, '=', value]])),
      act(`order by ${name}`, env => env.of('crm.partner').search({ order: `${name} desc` })),
      act(`read ${name}`, env => env.of('crm.partner').read([acme], [name])),
      act(`read the path to ${name}`, env => env.of('sale.order').read([order], [`partner_id.${name}`])),
      act(`group by ${name}`, env => env.of('crm.partner').aggregate({ groupBy: [name] })),
      act(`sum of ${name}`, env => env.of('crm.partner').aggregate({ measures: [`${name}:sum`] })),
      act(`maximum of ${name}`, env => env.of('crm.partner').aggregate({ measures: [`${name}:max`] })),
      act(`write ${name} dry`, env => env.of('crm.partner').write([bob], { [name]: value }, { dryRun: true })),
      act(`write ${name}`, env => env.of('crm.partner').write([bob], { [name]: value })),
      act(`empty ${name}`, env => env.of('crm.partner').write([acme], { [name]: null }, { dryRun: true })),
      act(`create with ${name}`, env => env.of('crm.partner').create([{ name: 'x', [name]: value }], { dryRun: true })),
    ];
  }),
  act('ask by a title', env => env.of('sale.order').search({ domain: [['partner_id', 'ilike', 'a']] })),
  act('ask by the title of many', env => env.of('crm.partner').search({ domain: [['child_ids', 'like', 'b']] })),
  act('write another field', env => env.of('crm.partner').write([acme, bob], { parent_id: null })),
  act('write with a version', env =>
    env.of('crm.partner').write([acme], { parent_id: null }, { versions: { [acme]: 70 } }),
  ),
  act('delete what is used', env => env.of('crm.partner').delete([acme])),
  act('delete', env => env.of('crm.partner').delete([bob])),
];

/** Those whose answers may differ: they set a value of a unique field that only one of the companies has. */
const unique = new Set(
  ['email', 'secret'].flatMap(name => [`write ${name} dry`, `write ${name}`, `create with ${name}`]),
);

describeOnStores('masked fields', open => {
  test(`${verifies('FIELD-2')} nothing that the caller sees depends on what is behind a mask`, async () => {
    const observed = await observe({
      rights,
      attempts: attempts.filter(({ name }) => !unique.has(name)),
      open,
      worlds: [company => world(company, false), company => world(company, true)],
    });
    for (const { name, seen } of observed) expect({ name, seen: seen[0] }).toEqual({ name, seen: seen[1] });
    expect(observed.filter(({ seen }) => seen[0] && 'answer' in seen[0]).length).toBeGreaterThan(40);
  });

  test(`${verifies('FIELD-2')} they are shown masked wherever they are shown, and used nowhere`, async () => {
    const company = await openCompany({ given: await open() });
    try {
      await world(company, false);
      const env = company.as(rights);
      const [read] = await env.of('crm.partner').read([acme]);
      expect(read).toMatchObject({
        title: veil,
        values: { email: 'j•••@acme.com', secret: veil, credit: veil, active: veil },
      });
      expect(read?.values).not.toHaveProperty('hint');
      expect(read?.values).not.toHaveProperty('initial');
      expect((await env.of('sale.order').read([order]))[0]?.values.partner_id).toEqual({ id: acme, title: veil });
      const { groups } = await env.of('sale.order').aggregate({ groupBy: ['partner_id'] });
      expect(groups).toEqual([{ partner_id: { id: acme, title: veil }, count: 1 }]);
      for (const name of names) {
        const tries: Promise<unknown>[] = [
          env.of('crm.partner').search({ domain: [[name, '=', false]] }),
          env.of('crm.partner').search({ order: name }),
          env.of('crm.partner').aggregate({ groupBy: [name] }),
          env.of('crm.partner').aggregate({ measures: [`${name}:max`] }),
          env.of('sale.order').count([[`partner_id.${name}`, '=', false]]),
        ];
        for (const attempt of tries) expect((await refusal(attempt)).code).toBe('FIELD_NOT_AVAILABLE');
      }
      expect((await env.of('crm.partner').search({ query: 'jane' })).total).toBe(0);
    } finally {
      await company.close();
    }
  });

  test(`${verifies('FIELD-2')} a new value is written and shown masked; a mask sent back is refused and loses nothing`, async () => {
    const company = await openCompany({ given: await open() });
    try {
      await world(company, false);
      const records = company.as(rights).of('crm.partner');
      const [shown] = await records.read([acme], ['email', 'secret', 'rank', 'extra']);
      for (const [name, value] of Object.entries(shown?.values ?? {})) {
        for (const dryRun of [true, false]) {
          const refused = await refusal(records.write([acme], { [name]: value, parent_id: null }, { dryRun }));
          expect(refused.code).toBe('VALUES_INVALID');
          expect(refused.data).toMatchObject({ fields: [{ field: name, message: expect.stringContaining('masked') }] });
        }
        expect((await refusal(records.create([{ name: 'new', [name]: value }]))).code).toBe('VALUES_INVALID');
      }
      const [untouched] = await company.system.of('crm.partner').read([acme], ['email', 'secret', 'rank']);
      expect(untouched).toMatchObject({ version: 1, values: { email: 'jane@acme.com', secret: 's1', rank: 1 } });

      const [change] = await records.write([acme], { email: 'new@other.org', secret: 'new' });
      expect(change?.changes).toEqual({ email: { from: 'j•••@acme.com', to: 'n•••@other.org' } });
      const [made] = await records.create([{ name: 'Made', email: 'made@acme.com', secret: 'x' }]);
      expect(made).toMatchObject({ title: veil, values: { email: 'm•••@acme.com', secret: veil } });
      const [stored] = await company.system.of('crm.partner').read([acme], ['email', 'secret']);
      expect(stored?.values).toEqual({ email: 'new@other.org', secret: 'new' });
    } finally {
      await company.close();
    }
  });

  test(`${verifies('FIELD-2')} a value that is taken is told without its field`, async () => {
    const company = await openCompany({ given: await open() });
    try {
      await world(company, false);
      const records = company.as(rights).of('crm.partner');
      for (const dryRun of [true, false]) {
        for (const taken of [{ email: 'jane@acme.com' }, { secret: 's1' }]) {
          const refused = await refusal(records.write([bob], taken, { dryRun }));
          expect(refused).toEqual({ code: 'VALUE_NOT_UNIQUE', message: 'The value is already used.', data: undefined });
        }
      }
    } finally {
      await company.close();
    }
  });
});
