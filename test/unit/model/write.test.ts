import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kernelErrors } from '../../../src/errors.ts';
import { equals } from '../../../src/store/condition.ts';
import { verifies } from '../../requirements.ts';
import { add, type Company, interruption, openCompany, refusal } from './company.ts';

const { during, wrap } = interruption();
let company: Company;
let acme: string;
let bob: string;

beforeAll(async () => {
  company = await openCompany({ wrap });
});
beforeEach(async () => {
  const found = await company.system.of('crm.partner').search({ fields: [] });
  await company.system.of('crm.partner').delete(found.records.map(({ id }) => id));
  acme = await add(company, 'crm.partner', { name: 'Acme', rank: 1, email: 'info@acme.example', credit: 5 });
  bob = await add(company, 'crm.partner', { name: 'Bob', rank: 2, parent_id: acme });
  company.changes.length = 0;
});
afterAll(() => company.close());

const partners = () => company.as({}).of('crm.partner');
const plain = (id: string) => id.split('/')[1] ?? '';
const rankOf = async (id: string) => (await company.system.of('crm.partner').read([id], ['rank']))[0]?.values.rank;

describe(`${verifies('TOOL-6')} write`, () => {
  test('tells old and new values, and counts the version up', async () => {
    const changes = await partners().write([acme, bob], { rank: 2, credit: 5, name: 'Both' });
    expect(changes).toEqual([
      {
        id: acme,
        title: 'Both',
        version: 2,
        changes: {
          rank: { from: 1, to: 2 },
          name: { from: 'Acme', to: 'Both' },
          initial: { from: 'A', to: 'B' },
          hint: { from: 'Acmenull', to: 'Bothnull' },
        },
      },
      {
        id: bob,
        title: 'Both',
        version: 2,
        changes: {
          credit: { from: null, to: 5 },
          name: { from: 'Bob', to: 'Both' },
          hint: { from: 'Bobnull', to: 'Bothnull' },
        },
      },
    ]);
    const [read] = await partners().read([acme]);
    expect(read).toMatchObject({ version: 2, values: { rank: 2, updatedBy: 'sara', createdBy: 'system' } });
    expect(company.changes).toMatchObject([{ operation: 'write', ids: [plain(acme), plain(bob)] }]);
    expect(company.reached.at(-2)).toMatchObject({ operation: 'write', count: 2, fields: ['rank', 'credit', 'name'] });
  });

  test('of many is all or nothing', async () => {
    const refused = await refusal(partners().write([acme, 'crm.partner/ffffffffffffffffffffffff'], { rank: 9 }));
    expect(refused.code).toBe('RECORD_NOT_FOUND');
    expect(await rankOf(acme)).toBe(1);
  });

  test('all faults at once', async () => {
    await add(company, 'crm.partner', { name: 'C', email: 'c@x.example' });
    const values = {
      name: null,
      rank: 1.5,
      nope: 1,
      updatedBy: 'x',
      email: 'c@x.example',
      parent_id: bob.replace(/.$/, 'f'),
    };
    const refused = await refusal(partners().write([acme], values));
    expect(refused.code).toBe('VALUES_INVALID');
    const { fields } = refused.data as { fields: { field: string }[] };
    expect(fields.map(({ field }) => field).sort()).toEqual([
      'email',
      'name',
      'nope',
      'parent_id',
      'rank',
      'updatedBy',
    ]);
  });

  test('a unique value stays with its record, and goes to one record only', async () => {
    const [{ changes } = expect.unreachable()] = await partners().write([acme], { email: 'info@acme.example' });
    expect(changes).toEqual({});
    expect((await refusal(partners().write([acme, bob], { email: 'new@x.example' }))).code).toBe('VALUE_NOT_UNIQUE');
  });

  test('a unique value taken in between', async () => {
    during(() => add(company, 'crm.partner', { name: 'Quick', email: 'quick@x.example' }));
    const refused = await refusal(partners().write([acme], { email: 'quick@x.example' }));
    expect(refused.code).toBe('VALUE_NOT_UNIQUE');
    expect(refused.data).toMatchObject({ fields: [{ field: 'email' }] });
  });

  test(`${verifies('FIELD-1')} of one that the caller may not read, the field is not named then either`, async () => {
    const records = company.as({ writeOnly: ['crm.partner.secret'] }).of('crm.partner');
    const silent = { code: 'VALUE_NOT_UNIQUE', message: 'The value is already used.', data: undefined };
    during(() => add(company, 'crm.partner', { name: 'Quick', secret: 'quick' }));
    expect(await refusal(records.write([acme], { secret: 'quick' }))).toEqual(silent);
    during(() => add(company, 'crm.partner', { name: 'Quicker', secret: 'quicker' }));
    expect(await refusal(records.create([{ name: 'Slow', secret: 'quicker' }]))).toEqual(silent);
  });

  test('of none, and with ids that come twice', async () => {
    expect(await partners().write([], { rank: 1 })).toEqual([]);
    expect(await partners().write([acme, plain(acme)], { rank: 7 })).toHaveLength(1);
  });
});

describe(`${verifies('TOOL-8')} a dry run of write`, () => {
  test('answers as the write would, and changes nothing', async () => {
    const would = await partners().write([acme], { rank: 4, parent_id: bob }, { dryRun: true });
    expect(await rankOf(acme)).toBe(1);
    expect(company.changes).toEqual([]);
    expect(await partners().write([acme], { rank: 4, parent_id: bob })).toEqual(would);
  });
});

describe(`${verifies('TOOL-11')} versions`, () => {
  test('the last-seen version is needed where it is named', async () => {
    await partners().write([acme], { rank: 3 }, { versions: { [acme]: 1 } });
    const refused = await refusal(partners().write([acme, bob], { rank: 4 }, { versions: { [acme]: 1, [bob]: 1 } }));
    expect(refused).toEqual({
      code: 'RECORD_CHANGED',
      message: `${acme} was changed in between: you saw version 1, it is now version 2.`,
      data: { id: acme, expected: 1, actual: 2 },
    });
    expect(await rankOf(bob)).toBe(2);
    await partners().write([acme], { rank: 4 }, { versions: { [plain(acme)]: 2 }, dryRun: true });
  });

  test('of other records, or that are none', async () => {
    expect((await refusal(partners().write([acme], {}, { versions: { [bob]: 1 } }))).code).toBe('INVALID_ARGUMENTS');
    const junk = { [acme]: '1' } as never;
    expect((await refusal(partners().write([acme], {}, { versions: junk }))).code).toBe('INVALID_ARGUMENTS');
  });

  test('a change right before the write is seen', async () => {
    during(() => company.system.of('crm.partner').write([acme], { rank: 8 }));
    const refused = await refusal(partners().write([acme], { rank: 4 }, { versions: { [acme]: 1 } }));
    expect(refused).toMatchObject({ code: 'RECORD_CHANGED', data: { expected: 1, actual: 2 } });
    expect(await rankOf(acme)).toBe(8);
  });

  test('of many at the same moment one wins', async () => {
    const tries = Array.from({ length: 20 }, (_, rank) =>
      partners().write([acme], { rank: rank + 10 }, { versions: { [acme]: 1 } }),
    );
    const ended = await Promise.allSettled(tries);
    const lost = ended.filter(one => one.status === 'rejected').map(({ reason }) => reason.code);
    expect(lost).toEqual(Array.from({ length: 19 }, () => 'RECORD_CHANGED'));
    expect((await partners().read([acme]))[0]?.version).toBe(2);
  });

  test('without a version it is checked once more and written on top', async () => {
    during(() => company.system.of('crm.partner').write([acme], { rank: 8, credit: 6 }));
    const [change] = await partners().write([acme], { rank: 4 });
    expect(change).toMatchObject({ version: 3, changes: { rank: { from: 8, to: 4 } } });
  });

  test('a second conflict is reported', async () => {
    const again = async (): Promise<void> => {
      await company.store.write([
        { kind: 'update', model: 'crm.partner', where: equals('id', plain(acme)), add: { rank: 1 } },
      ]);
    };
    during(async () => {
      await again();
      during(again);
    });
    expect((await refusal(partners().write([acme], { rank: 4 }))).code).toBe('STORE_CONFLICT');
    expect(await rankOf(acme)).toBe(3);
  });
});

describe(`${verifies('RULE-1')} rules on writing`, () => {
  test('a record that may be seen and not changed', async () => {
    const records = company.as({ rules: { 'crm.partner:write': [['rank', '=', 1]] } }).of('crm.partner');
    const refused = await refusal(records.write([acme, bob], { credit: 1 }));
    expect(refused.code).toBe('RULE_VIOLATED');
    expect(refused.data).toEqual({ ids: [bob] });
    await records.write([acme], { credit: 1 });
  });

  test('a record may not be moved out of reach', async () => {
    const records = company.as({ rules: { 'crm.partner:write': [['rank', '<', 5]] } }).of('crm.partner');
    for (const dryRun of [true, false]) {
      const refused = await refusal(records.write([acme], { rank: 5 }, { dryRun }));
      expect(refused.code).toBe('RULE_VIOLATED');
      expect(refused.message).toContain(acme);
    }
    expect(await rankOf(acme)).toBe(1);
  });

  test('a record that leaves reach right before the write is not written', async () => {
    const records = company.as({ rules: { 'crm.partner': [['rank', '<', 5]] } }).of('crm.partner');
    during(() => company.system.of('crm.partner').write([acme], { rank: 7 }));
    expect((await refusal(records.write([acme], { credit: 1 }))).code).toBe('RECORD_NOT_FOUND');
    const [read] = await company.system.of('crm.partner').read([acme]);
    expect(read?.values).toMatchObject({ credit: 5, rank: 7 });
  });

  test('a rule through a relation sees the record as it would be', async () => {
    const records = company.as({ rules: { 'crm.partner:write': [['parent_id.name', '=', 'Acme']] } }).of('crm.partner');
    expect((await refusal(records.write([bob], { parent_id: null }))).code).toBe('RULE_VIOLATED');
    await records.write([bob], { rank: 3 });
  });
});

test('a store without transactions says so before anything is written', async () => {
  const error = kernelErrors.STORE_NO_TRANSACTIONS();
  during(() => Promise.reject(error));
  await expect(partners().write([acme, bob], { rank: 9 })).rejects.toBe(error);
  expect(await rankOf(acme)).toBe(1);
});
