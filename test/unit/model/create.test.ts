import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { add, type Company, openCompany, refusal } from './company.ts';

let company: Company;
let austria: string;

beforeAll(async () => {
  company = await openCompany();
  austria = await add(company, 'base.country', { name: 'Austria', code: 'AT' });
});
beforeEach(() => {
  company.changes.length = 0;
});
afterAll(() => company.close());

const count = () => company.system.of('crm.partner').count();

describe(`${verifies('TOOL-6')} create`, () => {
  test('stores values, defaults, who and when', async () => {
    const [made] = await company
      .as({})
      .of('crm.partner')
      .create([{ name: 'Dora', credit: '1.10', country_id: austria }]);
    expect(made).toMatchObject({ title: 'Dora', version: 1 });
    expect(made?.values).toMatchObject({
      credit: 1.1,
      rank: 0,
      active: true,
      kind: 'person',
      source: 'desk',
      country_id: { id: austria, title: 'Austria' },
      createdBy: 'sara',
      updatedAt: '2026-01-31T12:00:00.000Z',
    });
    const plainId = made?.id.split('/')[1];
    expect(company.changes).toMatchObject([{ model: 'crm.partner', operation: 'create', ids: [plainId] }]);
  });

  test('all faults at once, by record and field, and nothing is stored', async () => {
    const before = await count();
    await add(company, 'crm.partner', { name: 'Used', email: 'used@x.example' });
    const refused = await refusal(
      company
        .as({})
        .of('crm.partner')
        .create([
          { name: 'Fine' },
          {
            rank: 'x',
            nope: 1,
            source: 'mine',
            createdBy: 'me',
            id: '0'.repeat(24),
            version: 9,
            initial: 'X',
            child_ids: [],
            country_id: 'base.country/ffffffffffffffffffffffff',
            email: 'used@x.example',
            kind: 'robot',
          },
          { name: '', email: 'twice@x.example' },
          { name: 'Twice', email: 'twice@x.example' },
        ]),
    );
    expect(refused.code).toBe('VALUES_INVALID');
    const { fields } = refused.data as { fields: { record: number; field: string; message: string }[] };
    expect(fields.map(({ record, field }) => `${record}.${field}`).sort()).toEqual(
      [
        '1.child_ids',
        '1.country_id',
        '1.createdBy',
        '1.email',
        '1.id',
        '1.initial',
        '1.kind',
        '1.name',
        '1.nope',
        '1.rank',
        '1.source',
        '1.version',
        '2.name',
        '3.email',
      ].sort(),
    );
    const said = new Map(fields.map(({ record, field, message }) => [`${record}.${field}`, message]));
    for (const name of ['source', 'createdBy', 'id', 'version', 'initial', 'child_ids']) {
      expect(said.get(`1.${name}`)).toBe(said.get('1.nope'));
    }
    expect(refused.message).toContain('records[1].rank: ');
    expect(await count()).toBe(before + 1);
    expect(company.changes.filter(({ principal }) => !principal.system)).toEqual([]);
  });

  test('a value that is used already', async () => {
    await add(company, 'crm.partner', { name: 'First', email: 'first@x.example' });
    const refused = await refusal(
      company
        .as({})
        .of('crm.partner')
        .create([{ name: 'X', email: 'first@x.example' }]),
    );
    expect(refused.code).toBe('VALUE_NOT_UNIQUE');
    expect(refused.data).toMatchObject({ fields: [{ field: 'email' }] });
    expect(JSON.stringify(refused)).not.toContain('crm.partner/');
  });

  test('of many with the same value at the same moment one is stored', async () => {
    const records = company.as({}).of('crm.partner');
    const tries = Array.from({ length: 20 }, () => records.create([{ name: 'Race', email: 'race@x.example' }]));
    const ended = await Promise.allSettled(tries);
    const lost = ended.filter(one => one.status === 'rejected').map(({ reason }) => reason);
    expect(lost).toHaveLength(19);
    for (const { code, data } of lost) {
      expect(code).toBe('VALUE_NOT_UNIQUE');
      expect(data).toMatchObject({ fields: [{ field: 'email' }] });
    }
  });

  test('values of any other shape', async () => {
    for (const junk of [null, [], 'x', 7]) {
      const refused = await refusal(
        company
          .as({})
          .of('crm.partner')
          .create([junk as never]),
      );
      expect(refused.code).toBe('VALUES_INVALID');
    }
    const polluting = JSON.parse('{"name":"x","__proto__":{"rank":1},"constructor":{"prototype":1}}');
    const refused = await refusal(company.as({}).of('crm.partner').create([polluting]));
    expect(refused.data).toMatchObject({ fields: [{ field: '__proto__' }, { field: 'constructor' }] });
    expect(
      (
        await refusal(
          company
            .as({})
            .of('crm.partner')
            .create({} as never),
        )
      ).code,
    ).toBe('INVALID_ARGUMENTS');
  });

  test('of none', async () => {
    expect(await company.as({}).of('crm.partner').create([])).toEqual([]);
  });

  test('what the server must have and the caller may not set', async () => {
    const refused = await refusal(
      company
        .as({ hidden: ['crm.tag.name'] })
        .of('crm.tag')
        .create([{ private: true }]),
    );
    expect(refused.code).toBe('OPERATION_NOT_ALLOWED');
    expect(JSON.stringify(refused)).not.toContain('"name"');
  });

  test("the server's own work may bring an id, once", async () => {
    const id = 'abcdefabcdefabcdefabcdef';
    await company.system.of('crm.tag').create([{ id, name: 'Own' }]);
    expect((await company.as({}).of('crm.tag').read([id]))[0]?.title).toBe('Own');
    expect((await refusal(company.system.of('crm.tag').create([{ id, name: 'Own' }]))).code).toBe('VALUE_NOT_UNIQUE');
    expect((await refusal(company.system.of('crm.tag').create([{ id: 'x', name: 'Own' }]))).code).toBe(
      'VALUES_INVALID',
    );
  });
});

describe(`${verifies('TOOL-8')} a dry run of create`, () => {
  test('answers with the record as it would be, and stores nothing', async () => {
    const before = await count();
    const [would] = await company
      .as({})
      .of('crm.partner')
      .create([{ name: 'Emil', country_id: austria }], { dryRun: true });
    expect(would).toMatchObject({ title: 'Emil', version: 1, values: { rank: 0, country_id: { title: 'Austria' } } });
    expect(await count()).toBe(before);
    expect(company.changes).toEqual([]);
  });

  test('is refused as the real one is', async () => {
    const records = company.as({ rules: { 'crm.partner:create': [['rank', '=', 1]] } }).of('crm.partner');
    await add(company, 'crm.partner', { name: 'Dry', email: 'dry@x.example' });
    for (const values of [
      { name: 'X', email: 'dry@x.example' },
      { name: 'X', rank: 'x' },
      { name: 'X', rank: 2 },
    ]) {
      const [real, dry] = [
        await refusal(records.create([values])),
        await refusal(records.create([values], { dryRun: true })),
      ];
      expect(dry).toEqual(real);
    }
  });
});

describe(`${verifies('RULE-1')} rules on new records`, () => {
  test('one that the rules do not allow is not stored', async () => {
    const before = await count();
    const records = company.as({ rules: { 'crm.partner:create': [['country_id.code', '=', 'AT']] } }).of('crm.partner');
    const refused = await refusal(records.create([{ name: 'In', country_id: austria }, { name: 'Out' }]));
    expect(refused.code).toBe('RULE_VIOLATED');
    expect(refused.message).toContain('would put records[1] out of');
    expect(refused.data).toMatchObject({ record: 1 });
    expect(await count()).toBe(before);
    expect(await records.create([{ name: 'In', country_id: austria }])).toHaveLength(1);
  });

  test('one that may be made and not seen shows its id alone', async () => {
    const records = company.as({ rules: { 'crm.partner:read': [['rank', '=', 5]] } }).of('crm.partner');
    const made = await records.create([{ name: 'Seen', rank: 5 }, { name: 'Unseen' }]);
    expect(made[0]?.values.name).toBe('Seen');
    expect(made[1]?.values).toEqual({});
    expect(made[1]?.title).toMatch(/^Contact [0-9a-f]{24}$/);
    const would = await records.create([{ name: 'Seen', rank: 5 }, { name: 'Unseen' }], { dryRun: true });
    expect(would.map(({ values }) => values.name)).toEqual(['Seen', undefined]);
  });

  test('without reading, what is made shows no value', async () => {
    const records = company.as({ models: { 'crm.partner': ['create'] } }).of('crm.partner');
    const [made] = await records.create([{ name: 'Blind' }]);
    expect(made?.values).toEqual({});
    expect(made?.title).toMatch(/^Contact /);
  });
});
