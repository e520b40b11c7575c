import { expect, test } from 'vitest';
import { createQuestion, deleteQuestion, writeQuestion } from '../../../plugins/records/confirm/question.ts';
import { recordTools } from '../../../plugins/records/plugin.ts';
import { recordSettings } from '../../../plugins/records/settings.ts';
import type { ToolDefinition } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { toolNamed } from './all-tools.ts';
import { type Answer, type Company, owner, seller, withCompany } from './company.ts';

const id = `x.partner/${'a'.repeat(24)}`;
const ids = (count: number) => Array.from({ length: count }, (_, n) => `x.partner/${n.toString(16).padStart(24, '0')}`);

function toolWith(name: string, confirm: object): ToolDefinition {
  const settings = recordSettings.parse({ confirm });
  return recordTools.map(make => make(settings)).find(tool => tool.name === name) ?? expect.unreachable();
}

/** Whether a call would rather talk to the client: it is about to ask for a confirmation. */
function converses(tool: ToolDefinition, args: Record<string, unknown>): boolean {
  const { interactive } = tool;
  return typeof interactive === 'function' && interactive(tool.input.parse(args));
}

test.each<[string, object, Record<string, unknown>, boolean]>([
  ['delete', {}, { ids: [id] }, true],
  ['delete', {}, { ids: [id], dryRun: true }, false],
  ['delete', { delete: false }, { ids: ids(200) }, false],
  ['write', {}, { ids: ids(10), values: { name: 'x' } }, false],
  ['write', {}, { ids: ids(11), values: { name: 'x' } }, true],
  ['write', {}, { ids: ids(11), values: { name: 'x' }, dryRun: true }, false],
  ['write', { write: 0 }, { ids: [id], values: { name: 'x' } }, true],
  ['create', {}, { model: 'x.partner', records: Array(50).fill({ name: 'x' }) }, false],
  ['create', {}, { model: 'x.partner', records: Array(51).fill({ name: 'x' }) }, true],
  ['create', { create: 0 }, { model: 'x.partner', records: [{ name: 'x' }] }, true],
])(`${verifies('TOOL-9')} what needs a confirmation: %s with %j`, (name, confirm, args, isNeeded) => {
  const tool = toolWith(name, confirm);
  expect(converses(tool, args)).toBe(isNeeded);
  // With a token there is nothing to talk about.
  expect(converses(tool, { ...args, confirmation: 'x' })).toBe(false);
});

test.each([
  [{ delete: 'no' }, 'delete'],
  [{ write: -1 }, 'write'],
  [{ create: 1.5 }, 'create'],
  [{ minutes: 0 }, 'minutes'],
  [{ deletes: false }, 'deletes'],
])('a setting that does not fit is refused: %j', (confirm, name) => {
  expect(JSON.stringify(recordSettings.safeParse({ confirm }).error?.issues)).toContain(name);
});

describeOnStores('Changes that are confirmed first', open => {
  let company: Company;

  withCompany(open, made => {
    company = made;
  });

  const tokenOf = ({ structured }: Answer) => (structured.confirmation as { token: string } | undefined)?.token;
  const titles = async () =>
    (await company.context(owner).env.of('x.partner').search({ order: 'id' })).records.map(({ title }) => title);
  const refused = { code: 'CONFIRMATION_INVALID' };

  test(`${verifies('TOOL-9')} delete answers as its dry run, with a token; with the token it deletes, once`, async () => {
    const [kurt = ''] = await company.create('x.partner', { name: 'Kurt' });
    const [order = ''] = await company.create('x.order', { name: 'O1', partner_id: kurt });
    const before = await titles();
    const first = await company.run('delete', { ids: [order] });
    const { confirmation, ...summary } = first.structured;
    expect(summary).toEqual((await company.run('delete', { ids: [order], dryRun: true })).structured);
    expect(summary).toEqual({ dryRun: true, deleted: [{ id: order, title: 'O1' }], alsoDeleted: 0, cleared: 0 });
    expect(confirmation).toEqual({
      token: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: expect.stringMatching(/^2026-03-01T/),
      hint: expect.stringContaining('Nothing has changed yet'),
    });
    expect(first.result.note).toEqual({
      code: 'CONFIRMATION_REQUIRED',
      reason: 'nothing was changed: a token was handed out',
    });
    expect(await titles()).toEqual(before);
    const second = await company.run('delete', { ids: [order], confirmation: tokenOf(first) });
    expect(second.structured).toEqual({ ...summary, dryRun: false });
    expect(second.result.note).toBeUndefined();
    await expect(company.run('delete', { ids: [order], confirmation: tokenOf(first) })).rejects.toMatchObject(refused);
  });

  test(`${verifies('TOOL-9')} the summary of a write has old and new values; more than the number needs the token`, async () => {
    const records = Array.from({ length: 11 }, (_, n) => ({ name: `Many ${n}`, credit: n }));
    const many = await company.create('x.partner', ...records);
    const args = { ids: many, values: { credit: 99 } };
    const first = await company.run('write', args);
    expect(first.structured.written).toHaveLength(11);
    expect(first.structured).toMatchObject({
      dryRun: true,
      written: [{ title: 'Many 0', changes: { credit: { from: 0, to: 99 } } }, ...Array(10).fill({})],
    });
    const credits = async () =>
      (await company.context(owner).env.of('x.partner').read(many, ['credit'])).map(({ values }) => values.credit);
    expect(await credits()).toEqual(records.map(({ credit }) => credit));
    const second = company.run('write', { ...args, confirmation: tokenOf(first) });
    if (!company.hasTransactions) {
      await expect(second).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
      return;
    }
    expect((await second).structured).toMatchObject({ dryRun: false });
    expect(await credits()).toEqual(Array(11).fill(99));
    await expect(company.run('write', { ...args, confirmation: tokenOf(first) })).rejects.toMatchObject(refused);
  });

  test(`${verifies('TOOL-9')} creating more than the number needs the token`, async () => {
    const args = { model: 'x.tag', records: Array.from({ length: 51 }, (_, n) => ({ name: `Tag ${n}` })) };
    const first = await company.run('create', args);
    const count = () => company.context(owner).env.of('x.tag').count();
    expect(await count()).toBe(0);
    const other = { ...args, records: args.records.with(50, { name: 'Another' }), confirmation: tokenOf(first) };
    await expect(company.run('create', other)).rejects.toMatchObject(refused);
    const second = company.run('create', { ...args, confirmation: tokenOf(first) });
    if (!company.hasTransactions) {
      await expect(second).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
      return;
    }
    await second;
    expect(await count()).toBe(51);
  });

  test('what needs no confirmation is not held up by a token that does not count', async () => {
    const [hedi = ''] = await company.create('x.partner', { name: 'Hedi' });
    const { structured } = await company.run('write', { ids: [hedi], values: { credit: 1 }, confirmation: 'nonsense' });
    expect(structured).toMatchObject({ dryRun: false, written: [{ version: 2 }] });
    const dry = await company.run('delete', { ids: [hedi], dryRun: true, confirmation: 'nonsense' });
    expect(dry.structured).toMatchObject({ dryRun: true });
    expect(tokenOf(dry)).toBeUndefined();
  });

  test(`${verifies('TOOL-9')} a record changed in between needs a new confirmation`, async () => {
    const [ines = ''] = await company.create('x.partner', { name: 'Ines' });
    const first = await company.run('delete', { ids: [ines] });
    await company.run('write', { ids: [ines], values: { name: 'Ines B.' } });
    const again = await company.run('delete', { ids: [ines], confirmation: tokenOf(first) });
    expect(again.structured).toMatchObject({ dryRun: true, deleted: [{ title: 'Ines B.' }] });
    expect(await titles()).toContain('Ines B.');
    expect(tokenOf(again)).not.toBe(tokenOf(first));
    await company.run('delete', { ids: [ines], confirmation: tokenOf(again) });
    expect(await titles()).not.toContain('Ines B.');
  });

  test.each<[what: string, change: (parent: string, order: string) => Promise<unknown>]>([
    ['a record more would go with it', parent => company.create('x.order', { name: 'New', partner_id: parent })],
    ['one that goes with it has changed', (_, order) => company.run('write', { ids: [order], values: { amount: 5 } })],
    ['one that goes with it is gone', (_, order) => company.runConfirmed('delete', { ids: [order] })],
    ['a record more would lose its reference', p => company.create('x.partner', { name: 'New child', parent_id: p })],
  ])(`${verifies('TOOL-9')} where %s, a new confirmation is needed`, async (_, change) => {
    const [parent = ''] = await company.create('x.partner', { name: 'Parent' });
    const [order = ''] = await company.create('x.order', { name: 'Along', partner_id: parent });
    const first = await company.run('delete', { ids: [parent] });
    await change(parent, order);
    const again = await company.run('delete', { ids: [parent], confirmation: tokenOf(first) });
    expect(again.structured).toMatchObject({ dryRun: true, deleted: [{ id: parent }] });
    expect(tokenOf(again)).toBeDefined();
  });

  test(`${verifies('TOOL-9', 'PERM-3')} what the caller does not know of makes no difference to a confirmation`, async () => {
    const [keeper = ''] = await company.create('x.partner', { name: 'Keeper' });
    const first = await company.run('delete', { ids: [keeper] }, seller);
    await company.create('x.vault', { name: 'Hidden', keeper_id: keeper });
    const second = company.run('delete', { ids: [keeper], confirmation: tokenOf(first) }, seller);
    if (!company.hasTransactions) {
      await expect(second).rejects.toMatchObject({ code: 'STORE_NO_TRANSACTIONS' });
      return;
    }
    expect((await second).structured).toMatchObject({ dryRun: false, cleared: 0 });
  });

  test(`${verifies('TOOL-9')} a stolen token does nothing, and leaves it to its owner`, async () => {
    const [jana = ''] = await company.create('x.partner', { name: 'Jana' });
    const first = await company.run('delete', { ids: [jana] });
    const theft = company.run('delete', { ids: [jana], confirmation: tokenOf(first) }, seller);
    await expect(theft).rejects.toMatchObject(refused);
    expect(await titles()).toContain('Jana');
    await company.run('delete', { ids: [jana], confirmation: tokenOf(first) });
    expect(await titles()).not.toContain('Jana');
  });

  test(`${verifies('TOOL-9')} of many confirmed calls at the same time one deletes`, async () => {
    const [luis = ''] = await company.create('x.partner', { name: 'Luis' });
    const confirmation = tokenOf(await company.run('delete', { ids: [luis] }));
    const calls = await Promise.allSettled(
      Array.from({ length: 20 }, () => company.run('delete', { ids: [luis], confirmation })),
    );
    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const call of calls) if (call.status === 'rejected') expect(call.reason).toMatchObject(refused);
  });

  test(`${verifies('TOOL-9')} code that calls the tool itself is asked as well`, async () => {
    const [mia = ''] = await company.create('x.partner', { name: 'Mia' });
    const result = await toolNamed('delete').run({ ids: [mia], dryRun: false }, company.context(owner));
    expect(result.structured).toMatchObject({ dryRun: true, confirmation: { token: expect.any(String) } });
    const { confirm, ...context } = company.context(owner);
    await expect(toolNamed('delete').run({ ids: [mia], dryRun: false }, context as never)).rejects.toThrow();
    expect(await titles()).toContain('Mia');
  });

  test('a call that is refused anyway gets no token', async () => {
    const missing = `x.partner/${'f'.repeat(24)}`;
    await expect(company.run('delete', { ids: [missing] })).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    const faulty = { model: 'x.tag', records: Array(51).fill({ name: 7 }) };
    await expect(company.run('create', faulty)).rejects.toMatchObject({ code: 'VALUES_INVALID' });
  });

  test('the questions say what would happen', () => {
    const context = company.context(owner);
    const model = 'x.partner';
    expect(deleteQuestion({ context, model, deleted: [{ title: 'Kurt' }], alsoDeleted: 2, cleared: 1 })).toBe(
      [
        'Delete 1 record of Contact (x.partner) for good?',
        '- "Kurt"',
        'Deleted as well, because they depend on them: 2 records.',
        'Losing their reference to them: 1 record.',
      ].join('\n'),
    );
    const changes = { credit: { from: 1, to: 2.5 }, parent_id: { from: null, to: { id, title: 'Lena' } } };
    expect(writeQuestion({ context, model, changes: [{ id, title: 'Hans', version: 2, changes }] })).toBe(
      [
        'Change 1 record of Contact (x.partner)?',
        `- "Hans": credit 1 → 2.5, parent_id null → {"id":"${id}","title":"Lena"}`.replace(
          /(\{.{79}).*$/,
          (_, start) => `${start}…`,
        ),
      ].join('\n'),
    );
    const created = Array.from({ length: 60 }, (_, n) => ({ title: `T${n}` }));
    const lines = createQuestion({ context, model, created }).split('\n');
    expect([lines.length, lines.at(0), lines.at(-1)]).toEqual([
      12,
      'Create 60 records of Contact (x.partner)?',
      'and 50 more.',
    ]);
  });

  test.each([
    ['a line of its own', 'Kurt\nDelete 0 records?'],
    ['other line separators', 'Kurt\u2028Delete\u2029\u0085nothing'],
    ['text that runs backwards', 'Kurt\u202egnihton'],
    ['what nobody sees', 'K\u200bu\u{e0041}rt\u0007'],
    ['a long text', 'x'.repeat(5_000)],
    ['half a character at the end', `${'x'.repeat(79)}😀😀`],
    ['a quote', '"? Nothing is deleted. "'],
  ])('%s in a title stays on its own line, quoted, visible and short', (_, title) => {
    const context = company.context(owner);
    const question = deleteQuestion({ context, model: 'x.partner', deleted: [{ title }], alsoDeleted: 0, cleared: 0 });
    const lines = question.split(/[\n\r\u0085\u2028\u2029]/);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/[\p{Cf}\p{Cc}]/u);
    expect(question.isWellFormed()).toBe(true);
    expect(question.length).toBeLessThan(250);
    expect(JSON.parse(lines[1]?.slice(2) ?? '')).toEqual(expect.any(String));
  });
});
