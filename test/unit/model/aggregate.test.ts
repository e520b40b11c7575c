import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AggregateInput } from '../../../src/model/environment.ts';
import { verifies } from '../../requirements.ts';
import { add, type Company, openCompany, refusal } from './company.ts';

let company: Company;
let acme: string;
let bob: string;

beforeAll(async () => {
  company = await openCompany();
  acme = await add(company, 'crm.partner', { name: 'Acme', kind: 'company' });
  bob = await add(company, 'crm.partner', { name: 'Bob', active: false });
  const orders = [
    { name: '1', amount: 0.1, date: '2024-01-15', partner_id: acme },
    { name: '2', amount: 0.2, date: '2024-01-31', partner_id: acme, state: 'done' },
    { name: '3', amount: 10, date: '2024-04-01', partner_id: bob },
    { name: '4', date: null },
  ];
  await company.system.of('sale.order').create(orders);
});
afterAll(() => company.close());

const orders = () => company.as({}).of('sale.order');

describe(`${verifies('TOOL-5')} aggregate`, () => {
  test('over everything', async () => {
    const measures = ['count', 'amount:sum', 'amount:avg', 'amount:min', 'amount:max', 'date:min', 'date:max'];
    expect(await orders().aggregate({ measures })).toEqual({
      groups: [
        {
          count: 4,
          'amount:sum': 10.3,
          'amount:avg': expect.closeTo(10.3 / 3, 9),
          'amount:min': 0.1,
          'amount:max': 10,
          'date:min': '2024-01-15',
          'date:max': '2024-04-01',
        },
      ],
    });
  });

  test('over nothing', async () => {
    const domain = [['name', '=', 'none']];
    const measures = ['count', 'amount:sum', 'amount:avg'];
    expect(await orders().aggregate({ domain, measures })).toEqual({
      groups: [{ count: 0, 'amount:sum': 0, 'amount:avg': null }],
    });
    expect(await orders().aggregate({ domain, groupBy: ['state'], measures })).toEqual({ groups: [] });
  });

  test('by a relation, by a choice and by months', async () => {
    const { groups } = await orders().aggregate({ groupBy: ['partner_id', 'date:month'], measures: ['count'] });
    expect(groups).toEqual([
      { partner_id: null, 'date:month': null, count: 1 },
      { partner_id: { id: acme, title: 'Acme' }, 'date:month': '2024-01-01', count: 2 },
      { partner_id: { id: bob, title: 'Bob' }, 'date:month': '2024-04-01', count: 1 },
    ]);
    expect((await orders().aggregate({ groupBy: ['state'] })).groups).toEqual([
      { state: 'done', count: 1 },
      { state: 'draft', count: 3 },
    ]);
  });

  test('by a boolean, of which the missing one is false', async () => {
    const { store } = company;
    const row = { id: 'e'.repeat(24), name: 'Old' };
    await store.write([{ kind: 'insert', model: 'crm.partner', row }]);
    const { groups } = await company
      .as({})
      .of('crm.partner')
      .aggregate({ groupBy: ['active'] });
    expect(groups).toEqual([
      { active: false, count: 2 },
      { active: true, count: 1 },
    ]);
    await store.write([
      { kind: 'remove', model: 'crm.partner', where: { kind: 'compare', field: 'id', operator: '=', value: row.id } },
    ]);
  });

  test('over everything there is one entry, of no groups none', async () => {
    expect((await orders().aggregate({ limit: 0 })).groups).toEqual([{ count: 4 }]);
    expect((await orders().aggregate({ offset: 3 })).groups).toEqual([{ count: 4 }]);
    expect((await orders().aggregate({ groupBy: ['state'], limit: 0 })).groups).toEqual([]);
  });

  test('page by page', async () => {
    const groupBy = ['name'];
    const page = (limit: number, offset: number) => orders().aggregate({ groupBy, limit, offset });
    const pages = [await page(2, 0), await page(2, 2), await page(2, 4)];
    expect(pages.map(({ groups }) => groups.map(({ name }) => name))).toEqual([['1', '2'], ['3', '4'], []]);
  });

  test.each<[string, AggregateInput, string, string]>([
    ['an unknown field', { groupBy: ['nope'] }, 'FIELD_NOT_AVAILABLE', 'groupBy[0]'],
    ['a path', { groupBy: ['partner_id.name'] }, 'FIELD_NOT_AVAILABLE', 'groupBy[0]'],
    ['a list', { groupBy: ['line_ids'] }, 'INVALID_ARGUMENTS', 'groupBy[0]'],
    ['a unit', { groupBy: ['date:hour'] }, 'INVALID_ARGUMENTS', 'groupBy[0]'],
    ['a unit of something else', { groupBy: ['state:month'] }, 'INVALID_ARGUMENTS', 'groupBy[0]'],
    ['too many groups', { groupBy: ['a', 'b', 'c', 'd', 'e'] }, 'INVALID_ARGUMENTS', 'groupBy'],
    ['a sum of text', { measures: ['name:sum'] }, 'INVALID_ARGUMENTS', 'measures[0]'],
    ['a sum of dates', { measures: ['date:sum'] }, 'INVALID_ARGUMENTS', 'measures[0]'],
    ['a median', { measures: ['count', 'amount:median'] }, 'INVALID_ARGUMENTS', 'measures[1]'],
    ['a bare field', { measures: ['amount'] }, 'INVALID_ARGUMENTS', 'measures[0]'],
    ['an unknown measure', { measures: ['nope:sum'] }, 'FIELD_NOT_AVAILABLE', 'measures[0]'],
    ['twice the same', { measures: ['count', 'count'] }, 'INVALID_ARGUMENTS', 'count comes twice'],
    ['a window', { groupBy: ['name'], limit: 9000, offset: 2000 }, 'INVALID_ARGUMENTS', 'limit'],
  ])('%s is refused', async (_, input, code, said) => {
    const refused = await refusal(orders().aggregate(input));
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(said);
  });
});
