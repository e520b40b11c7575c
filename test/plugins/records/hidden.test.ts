import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatehouseError, hasCode } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { tools } from './all-tools.ts';
import { type Company, openCompany, owner, seller } from './company.ts';
import { blindCalls, type Call, callsNaming, callsOn, callsTo } from './hidden-calls.ts';

/*
 * Attacks on what a caller may not see. Each call is made with the name of something hidden and with a name that means
 * nothing, and in two companies that differ in nothing but what is hidden: every answer and every error must be the same.
 */

describeOnStores('What is hidden', open => {
  const worlds: { store: TestStore; company: Company; own: string; hidden: string }[] = [];

  beforeAll(async () => {
    for (const variant of [
      { secret: 'open sesame', name: 'Boss', credit: 900, code: '1', vault: 'Gold', notes: 'open' },
      { secret: undefined, name: 'Aunt', credit: 100, code: '2', vault: 'Lead', notes: 'shut' },
    ]) {
      const store = await open();
      const company = await openCompany(store);
      const [vault = ''] = await company.create('x.vault', { name: variant.vault, code: variant.code });
      const { name, credit, notes } = variant;
      const [hidden = ''] = await company.create('x.partner', { name, credit, notes, internal: true });
      const secret = variant.secret === undefined ? {} : { secret: variant.secret, vault_id: vault };
      const [own = ''] = await company.create('x.partner', { name: 'Visible', parent_id: hidden, ...secret });
      await company.create('x.partner', { name: 'Visible too', secret: 'middle' });
      await company.create(
        'x.order',
        { name: 'O1', partner_id: hidden, amount: 3 },
        { name: 'O2', partner_id: own, amount: 4 },
      );
      worlds.push({ store, company, own, hidden });
    }
  });

  afterAll(async () => {
    for (const { company, store } of worlds) {
      await company.close();
      await store.drop();
    }
  });

  /** All that a caller learns from a call. */
  async function learned(company: Company, [tool, args]: Call, who = seller): Promise<string> {
    try {
      const { text, structured } = await company.run(tool, args, who);
      return JSON.stringify({ text, structured });
    } catch (error) {
      if (!(error instanceof GatehouseError) || hasCode(error, 'INTERNAL')) throw error;
      const { code, publicMessage, data, status } = error;
      return JSON.stringify({ code, publicMessage, data, status });
    }
  }

  async function expectSameEverywhere(calls: readonly Call[]) {
    for (const call of calls) {
      const answers = await Promise.all(worlds.map(({ company }) => learned(company, call)));
      expect(answers[1], JSON.stringify(call)).toBe(answers[0]);
    }
  }

  /** The same calls with a hidden and with a meaningless name: the same but for the name. */
  async function expectAlike(hidden: { name: string; calls: Call[] }, unknown: { name: string; calls: Call[] }) {
    const [{ company } = { company: undefined }] = worlds;
    if (!company) throw new Error('no company');
    for (const [index, call] of hidden.calls.entries()) {
      const other = unknown.calls[index];
      if (!other) throw new Error('no such call');
      const one = (await learned(company, call)).replaceAll(hidden.name, 'NAME');
      const two = (await learned(company, other)).replaceAll(unknown.name, 'NAME');
      expect(one, JSON.stringify(call)).toBe(two);
      expect(one).not.toMatch(/sesame|Boss|Gold/);
    }
  }

  test('every tool is among these calls', () => {
    const tried = (calls: readonly Call[]) => [...new Set(calls.map(([tool]) => tool))];
    const all = [...tools.keys()];
    // The others name no field, or no model, or no record.
    expect([...tried(callsNaming('x', 'x')), 'delete', 'describe_model', 'fetch', 'list_models'].toSorted()).toEqual(
      all.toSorted(),
    );
    expect([...tried(callsOn('x.a')), 'list_models'].toSorted()).toEqual(all.toSorted());
    expect([...tried(callsTo('x', 'x')), 'describe_model', 'list_models'].toSorted()).toEqual(all.toSorted());
  });

  test('who may see it all does see the difference, so these calls would show it', async () => {
    for (const call of [...blindCalls.slice(2, 5), ...callsOn('x.vault').slice(2, 3), ...blindCalls.slice(-3)]) {
      const answers = await Promise.all(worlds.map(({ company }) => learned(company, call, owner)));
      expect(answers[1], JSON.stringify(call)).not.toBe(answers[0]);
    }
  });

  test.each(['secret', 'internal', 'vault_id'])(
    `${verifies('FIELD-1')} the field %s is like one that does not exist`,
    async name => {
      const own = worlds[0]?.own ?? '';
      const unknown = 'x'.repeat(name.length);
      await expectAlike({ name, calls: callsNaming(name, own) }, { name: unknown, calls: callsNaming(unknown, own) });
    },
  );

  test(`${verifies('PERM-3')} a forbidden model is like one that does not exist, in every tool`, async () => {
    await expectAlike({ name: 'x.vault', calls: callsOn('x.vault') }, { name: 'x.voult', calls: callsOn('x.voult') });
  });

  test(`${verifies('RULE-1')} a hidden record is like one that does not exist, in every argument`, async () => {
    const [{ own, hidden } = { own: '', hidden: '' }] = worlds;
    const name = hidden.split('/')[1] ?? '';
    const unknown = 'f'.repeat(24);
    await expectAlike({ name, calls: callsTo(name, own) }, { name: unknown, calls: callsTo(unknown, own) });
  });

  test(`${verifies('FIELD-1', 'RULE-1')} no answer differs by what is hidden`, async () => {
    const [{ own, hidden } = { own: '', hidden: '' }] = worlds;
    await expectSameEverywhere([
      ...blindCalls,
      ...callsNaming('secret', own),
      ...callsNaming('vault_id', own),
      ...callsOn('x.vault'),
      ...callsTo(hidden.split('/')[1] ?? '', own),
      ['fetch', { id: own }],
      ['read', { ids: [own] }],
      ['write', { ids: [own], values: { name: 'Visible' }, versions: { [own]: 99 } }],
      ['delete', { ids: [own], versions: { [own]: 99 } }],
    ]);
  });
});
