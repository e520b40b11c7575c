import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SearchInput } from '../../../src/model/environment.ts';
import { verifies } from '../../requirements.ts';
import { add, type Company, openCompany, refusal } from './company.ts';

let company: Company;
let ids: Record<'austria' | 'vip' | 'acme' | 'bob' | 'carla', string>;

beforeAll(async () => {
  company = await openCompany();
  const austria = await add(company, 'base.country', { name: 'Austria', code: 'AT' });
  const vip = await add(company, 'crm.tag', { name: 'VIP' });
  const acme = await add(company, 'crm.partner', {
    name: 'Acme',
    kind: 'company',
    country_id: austria,
    tag_ids: [vip],
    credit: 12.34,
    rank: 3,
    notes: 'Ångström works',
    extra: { a: [1] },
  });
  const bob = await add(company, 'crm.partner', { name: 'Bob', parent_id: acme, email: 'bob@acme.example', rank: 1 });
  const carla = await add(company, 'crm.partner', { name: 'Carla', parent_id: bob, rank: 2, birthday: '1990-05-06' });
  ids = { austria, vip, acme, bob, carla };
});
afterAll(() => company.close());

const records = () => company.as({}).of('crm.partner');

describe(`${verifies('TOOL-2')} search`, () => {
  test.each<[string, SearchInput, string[]]>([
    ['everything, in the order of the model', {}, ['Acme', 'Bob', 'Carla']],
    ['an order', { order: 'rank desc, name' }, ['Acme', 'Carla', 'Bob']],
    ['a page', { order: 'rank', limit: 1, offset: 1 }, ['Carla']],
    ['a path', { domain: [['parent_id.country_id.code', '=', 'AT']] }, ['Bob']],
    ['a title behind a relation, whatever the case', { domain: [['parent_id', 'ilike', 'AC']] }, ['Bob']],
    ['a title behind a list', { domain: [['tag_ids', 'like', 'VI']] }, ['Acme']],
    ['what refers to it', { domain: [['child_ids.rank', '=', 1]] }, ['Acme']],
    ['a hierarchy', { domain: [['parent_id', 'child_of', '000000000000000000000003']] }, ['Bob', 'Carla']],
    ['money', { domain: [['credit', '=', 12.34]] }, ['Acme']],
    ['words, each at the beginning of one', { query: 'angstr works' }, ['Acme']],
    ['words and a domain', { query: 'bob', domain: [['rank', '>', 1]] }, []],
    ['no words', { query: ' - ' }, []],
  ])('by %s', async (_, input, names) => {
    const { records: found, total } = await records().search(input);
    expect(found.map(({ title }) => title)).toEqual(names);
    if (input.limit === undefined) expect(total).toBe(names.length);
  });

  test('the total counts what the page leaves out', async () => {
    expect((await records().search({ limit: 1 })).total).toBe(3);
    expect((await records().search({ limit: 0 })).total).toBe(3);
    expect((await records().search({ offset: 9 })).total).toBe(3);
    expect(await records().count([['rank', '>', 1]])).toBe(2);
  });

  test('fields named and not named', async () => {
    const domain = [['name', '=', 'Acme']];
    const named = await records().search({ domain, fields: ['credit', 'id', 'credit'] });
    expect(named.records[0]?.values).toEqual({ credit: 12.34, id: ids.acme });
    const brief = Object.keys((await records().search({ domain })).records[0]?.values ?? {});
    expect(brief).toContain('createdBy');
    for (const name of ['id', 'version', 'notes', 'extra', 'child_ids']) expect(brief).not.toContain(name);
  });

  test.each<[string, SearchInput, string, string]>([
    ['a limit', { limit: -1 }, 'INVALID_ARGUMENTS', 'limit'],
    ['a limit that is too large', { limit: 10_001 }, 'INVALID_ARGUMENTS', 'limit'],
    ['an offset', { offset: 0.5 }, 'INVALID_ARGUMENTS', 'offset'],
    ['an order by a relation', { order: 'parent_id' }, 'INVALID_ARGUMENTS', 'order[0]'],
    ['an order by something computed', { order: 'name, initial' }, 'INVALID_ARGUMENTS', 'order[1]'],
    ['an order that is none', { order: 'name sideways' }, 'INVALID_ARGUMENTS', 'order[0]'],
    ['an order by a path', { order: 'parent_id.name' }, 'FIELD_NOT_AVAILABLE', 'order[0]'],
    ['a field', { fields: ['name', 'nope'] }, 'FIELD_NOT_AVAILABLE', 'fields[1]'],
    ['a query', { query: 'x '.repeat(300) }, 'INVALID_ARGUMENTS', 'query'],
  ])('%s that does not fit is named', async (_, input, code, at) => {
    const refused = await refusal(records().search(input));
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(at);
  });
});

describe(`${verifies('TOOL-4')} read`, () => {
  test('values as they are outside', async () => {
    const [acme, bob] = await records().read([ids.acme, ids.bob.split('/')[1] ?? '']);
    expect(acme).toEqual({
      id: ids.acme,
      title: 'Acme',
      url: `https://gate.example/records/${ids.acme}`,
      version: 1,
      values: {
        name: 'Acme',
        email: null,
        notes: 'Ångström works',
        secret: null,
        rank: 3,
        score: null,
        credit: 12.34,
        active: true,
        birthday: null,
        seen: null,
        kind: 'company',
        parent_id: null,
        country_id: { id: ids.austria, title: 'Austria' },
        tag_ids: [{ id: ids.vip, title: 'VIP' }],
        extra: { a: [1] },
        source: 'desk',
        initial: 'A',
        hint: 'Acmenull',
        createdAt: '2026-01-31T12:00:00.000Z',
        createdBy: 'system',
        updatedAt: '2026-01-31T12:00:00.000Z',
        updatedBy: 'system',
      },
    });
    expect(bob?.values.parent_id).toEqual({ id: ids.acme, title: 'Acme' });
  });

  test('the order of the ids, each once; one2many when asked for', async () => {
    const found = await records().read([ids.carla, ids.acme, ids.carla], ['child_ids']);
    expect(found.map(({ id, values }) => [id, values.child_ids])).toEqual([
      [ids.carla, []],
      [ids.acme, [ids.bob]],
    ]);
    expect(await records().read([])).toEqual([]);
  });

  test('a record that does not exist', async () => {
    const missing = 'crm.partner/ffffffffffffffffffffffff';
    const refused = await refusal(records().read([ids.acme, missing]));
    expect(refused).toEqual({
      code: 'RECORD_NOT_FOUND',
      message: `There is no record ${missing}, or you may not use it.`,
      data: { ids: [missing] },
    });
  });

  test.each(['x', '', 'sale.order/000000000000000000000001', '00000000000000000000000G', 'crm.partner/../1'])(
    'an id that is none: %j',
    async id => {
      const refused = await refusal(records().read([ids.acme, id]));
      expect(refused.code).toBe('INVALID_ARGUMENTS');
      expect(refused.message).toContain('ids[1]');
    },
  );

  test('too many ids', async () => {
    const many = Array.from({ length: 1001 }, () => ids.acme);
    expect((await refusal(records().read(many))).code).toBe('INVALID_ARGUMENTS');
  });
});

describe('what is told to the audit entry', () => {
  test('the fields read and those that decided', async () => {
    company.reached.length = 0;
    await records().search({ domain: [['parent_id.name', '=', 'Acme']], order: 'rank', fields: ['email'] });
    expect(company.reached).toEqual([
      {
        model: 'crm.partner',
        operation: 'read',
        ids: [ids.bob],
        count: 1,
        matched: 1,
        fields: ['email', 'rank', 'parent_id.name'],
      },
    ]);
  });
});

describe(`${verifies('PERM-3')} models and operations`, () => {
  test('a model without any operation is one that does not exist', () => {
    const env = company.as({ models: { 'hr.vault': null } });
    const message = (name: string): string => {
      try {
        env.of(name);
      } catch (thrown) {
        return (thrown as Error).message;
      }
      return 'it was not refused';
    };
    expect(message('hr.vault')).toBe('There is no model "hr.vault", or you may not use it.');
    expect(message('no.such').replace('no.such', 'hr.vault')).toBe(message('hr.vault'));
  });

  test.each([
    ['search', ['write']],
    ['count', ['write']],
    ['read', ['write', 'create', 'delete']],
    ['aggregate', ['create']],
    ['create', ['read', 'write', 'delete']],
    ['write', ['read', 'create', 'delete']],
    ['delete', ['read', 'write', 'create']],
  ] as const)('%s needs its operation', async (verb, operations) => {
    const granted = company.as({ models: { 'crm.partner': operations } }).of('crm.partner');
    const work = {
      search: () => granted.search({}),
      count: () => granted.count(),
      read: () => granted.read([ids.acme]),
      aggregate: () => granted.aggregate({}),
      create: () => granted.create([{ name: 'x' }]),
      write: () => granted.write([ids.acme], { name: 'x' }),
      delete: () => granted.delete([ids.acme]),
    }[verb];
    expect((await refusal(work())).code).toBe('OPERATION_NOT_ALLOWED');
  });
});

test('lifting access is told, and the user stays who it is', async () => {
  const env = company.as({ models: { 'hr.vault': null } });
  const lifted = env.asSystem('a reason');
  expect(lifted.principal.system).toEqual({ reason: 'a reason' });
  const [made] = await lifted.of('hr.vault').create([{ name: 'x' }]);
  expect(made?.values.createdBy).toBe('sara');
  expect(company.lifted).toEqual(['a reason']);
});
