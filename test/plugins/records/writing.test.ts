import { expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type Answer, type Company, owner, seller, withCompany } from './company.ts';

describeOnStores('Tools that change records', open => {
  let company: Company;

  withCompany(open, made => {
    company = made;
  });

  /** Everything there is, to compare before and after. */
  async function everything() {
    const env = company.context(owner).env;
    return Promise.all(env.registry.all().map(({ name }) => env.of(name).search({ order: 'id' })));
  }

  /** Changes several records at once; where the store cannot do that, says so, and nothing is changed: undefined. */
  async function runOnMany(tool: string, args: Record<string, unknown>): Promise<Answer | undefined> {
    if (company.hasTransactions) return company.runConfirmed(tool, args);
    const before = await everything();
    await expect(company.runConfirmed(tool, args)).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
    expect(await everything()).toEqual(before);
    return undefined;
  }

  test(`${verifies('TOOL-6')} create stores records and answers them with their defaults`, async () => {
    const { structured } = await company.run('create', {
      model: 'x.partner',
      records: [{ name: 'Carla', credit: 10 }],
    });
    expect(structured).toMatchObject({
      dryRun: false,
      created: [{ title: 'Carla', version: 1, values: { name: 'Carla', credit: 10, state: 'new', active: false } }],
    });
    const [{ id } = { id: '' }] = structured.created as { id: string }[];
    const read = await company.run('read', { ids: [id], fields: ['credit'] });
    expect(read.structured.records).toMatchObject([{ title: 'Carla', values: { credit: 10 } }]);
  });

  test(`${verifies('TOOL-6')} all faulty fields of all records are named at once, and nothing is stored`, async () => {
    const before = await everything();
    const records = [
      { name: 'Fine' },
      { credit: 'much', state: 'gone', nonsense: 1 },
      { name: '', parent_id: 'x.partner/x' },
    ];
    const refusal = company.run('create', { model: 'x.partner', records });
    await expect(refusal).rejects.toMatchObject({ code: 'VALUES_INVALID' });
    const { data } = (await refusal.catch((error: unknown) => error)) as {
      data: { fields: { record: number; field: string }[] };
    };
    expect(data.fields.map(({ record, field }) => `${record}.${field}`).sort()).toEqual([
      '1.credit',
      '1.name',
      '1.nonsense',
      '1.state',
      '2.name',
      '2.parent_id',
    ]);
    expect(await everything()).toEqual(before);
  });

  test(`${verifies('TOOL-6')} a value that is taken refuses all`, async () => {
    await company.create('x.partner', { name: 'Emil', ref: 'E1' });
    const before = await everything();
    const records = [{ name: 'Fritz' }, { name: 'Emil again', ref: 'E1' }];
    await expect(company.run('create', { model: 'x.partner', records })).rejects.toMatchObject({
      code: 'VALUE_NOT_UNIQUE',
      publicMessage: expect.stringContaining('ref'),
    });
    expect(await everything()).toEqual(before);
  });

  test(`${verifies('TOOL-8')} a dry run of create answers what would be, and creates nothing`, async () => {
    const before = await everything();
    const args = { model: 'x.partner', records: [{ name: 'Gerd', credit: 5 }] };
    const dry = await company.run('create', { ...args, dryRun: true });
    expect(await everything()).toEqual(before);
    expect(dry.structured).toMatchObject({
      dryRun: true,
      created: [{ title: 'Gerd', values: { credit: 5, state: 'new' } }],
    });
    expect(dry.text).not.toContain('"id":"x.partner');
    const wet = await company.run('create', args);
    const strip = (created: unknown) =>
      (created as { values: Record<string, unknown> }[]).map(
        ({ values: { createdAt, updatedAt, ...values } }) => values,
      );
    expect(strip(wet.structured.created)).toEqual(strip(dry.structured.created));
  });

  test(`${verifies('TOOL-6', 'TOOL-8')} write answers old and new values; its dry run answers the same and changes nothing`, async () => {
    const ids = await company.create('x.partner', { name: 'Hans', credit: 1 }, { name: 'Hedi', credit: 2 });
    const before = await everything();
    const args = { ids, values: { credit: 7, state: 'new' } };
    const written = [
      { id: ids[0], title: 'Hans', version: 2, changes: { credit: { from: 1, to: 7 } } },
      { id: ids[1], title: 'Hedi', version: 2, changes: { credit: { from: 2, to: 7 } } },
    ];
    const dry = await company.run('write', { ...args, dryRun: true });
    expect(dry.structured).toEqual({ dryRun: true, written });
    expect(await everything()).toEqual(before);
    const wet = await runOnMany('write', args);
    if (wet) expect(wet.structured).toEqual({ dryRun: false, written });
  });

  test.each(['write', 'delete'])(`${verifies('TOOL-6')} %s of many is all or nothing`, async tool => {
    const [id = ''] = await company.create('x.partner', { name: 'Ines' });
    const before = await everything();
    const args = { ids: [id, `x.partner/${'f'.repeat(24)}`], ...(tool === 'write' && { values: { credit: 9 } }) };
    await expect(company.run(tool, args)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    expect(await everything()).toEqual(before);
  });

  test.each(['write', 'delete'])(
    `${verifies('TOOL-11')} %s of a record changed in between names both versions`,
    async tool => {
      const [id = ''] = await company.create('x.partner', { name: 'Jana' });
      await company.run('write', { ids: [id], values: { credit: 1 } });
      const before = await everything();
      const args = { ids: [id], versions: { [id]: 1 }, ...(tool === 'write' && { values: { credit: 9 } }) };
      await expect(company.run(tool, args)).rejects.toMatchObject({
        code: 'RECORD_CHANGED',
        publicMessage: expect.stringMatching(/\b1\b.*\b2\b|\b2\b.*\b1\b/),
      });
      await expect(company.run(tool, { ...args, dryRun: true })).rejects.toMatchObject({ code: 'RECORD_CHANGED' });
      expect(await everything()).toEqual(before);
      await company.runConfirmed(tool, { ...args, versions: { [id]: 2 } });
    },
  );

  test(`${verifies('TOOL-8')} delete says what goes with it; its dry run the same, and deletes nothing`, async () => {
    const [id = ''] = await company.create('x.partner', { name: 'Kurt' });
    const [child = ''] = await company.create('x.partner', { name: 'Kind', parent_id: id });
    await company.create('x.order', { name: 'O1', partner_id: id }, { name: 'O2', partner_id: id });
    const before = await everything();
    const effect = { deleted: [{ id, title: 'Kurt' }], alsoDeleted: 2, cleared: 1 };
    const dry = await company.run('delete', { ids: [id], dryRun: true });
    expect(dry.structured).toEqual({ dryRun: true, ...effect });
    expect(await everything()).toEqual(before);
    const wet = await runOnMany('delete', { ids: [id] });
    if (!wet) return;
    expect(wet.structured).toEqual({ dryRun: false, ...effect });
    await expect(company.run('read', { ids: [id] })).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    const orphan = await company.run('read', { ids: [child], fields: ['parent_id'] });
    expect(orphan.structured.records).toMatchObject([{ values: { parent_id: null } }]);
  });

  test(`${verifies('TOOL-4')} a related record is given by its public id`, async () => {
    const [parent = '', child = ''] = await company.create('x.partner', { name: 'Lena' }, { name: 'Luis' });
    const { structured } = await company.run('write', { ids: [child], values: { parent_id: parent } });
    expect(structured.written).toMatchObject([
      { changes: { parent_id: { from: null, to: { id: parent, title: 'Lena' } } } },
    ]);
  });

  test('what the server keeps cannot be written', async () => {
    const [id = ''] = await company.create('x.partner', { name: 'Mia' });
    for (const name of ['id', 'version', 'createdAt', 'updatedBy', 'order_ids', '__proto__x', 'constructor']) {
      const refusal = company.run('write', { ids: [id], values: { [name]: 'x' } }, seller);
      await expect(refusal).rejects.toMatchObject({ code: 'VALUES_INVALID' });
    }
  });

  test(`${verifies('TOOL-7')} of a change too long to be answered, every id is named`, async () => {
    const records = Array.from({ length: 100 }, (_, n) => ({
      name: `${'N'.repeat(250)}${n}`,
      notes: 'x'.repeat(2_000),
    }));
    const answer = await runOnMany('create', { model: 'x.partner', records });
    if (!answer) return;
    const { structured, length } = answer;
    expect(length).toBeLessThanOrEqual(100_000);
    expect(structured.truncated).toBe(true);
    const shown = (structured.created as { id: string }[]).map(({ id }) => id);
    const all = [...shown, ...(structured.notShown as string[])];
    expect(new Set(all).size).toBe(100);
    for (let from = 0; from < all.length; from += 50) {
      await company.runConfirmed('delete', { ids: all.slice(from, from + 50) });
    }
  });
});
