import { expect, test } from 'vitest';
import { all } from '../../../src/store/condition.ts';
import type { Store } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { add, openCompany, type Rights } from './company.ts';

/*
 * A caller who is kept from a record asks for it by a value that it guesses, and with that something that takes long. If
 * that were held against the hidden record, a right guess would be slow, or refused with QUERY_TIMEOUT.
 */

const rules: Record<string, Rights> = {
  'about the record itself': { rules: { 'crm.partner': [['rank', '<', 10]] } },
  'about another record': { rules: { 'crm.partner': [['country_id.code', '!=', 'XX']] } },
};

/** As many as a domain may have, each as long as one may be: minutes for some records with long texts. */
const slow = Array.from({ length: 98 }, (_, index) => ['!', ['notes', 'like', `${'a'.repeat(190)}b${index}`]]).flat();

describeOnStores('what hidden records cost', open => {
  test.each(Object.keys(rules))(`${verifies('RULE-1')} nothing, by a rule %s`, { timeout: 60_000 }, async name => {
    const company = await openCompany({ given: await open() });
    try {
      const country = await add(company, 'base.country', { name: 'Hidden land', code: 'XX' });
      const notes = 'a'.repeat(100_000);
      const hidden: string[] = [];
      for (let index = 0; index < 8; index += 1) {
        const values = { name: `Hidden ${index}`, email: `${index}@hidden.example`, rank: 99, notes };
        hidden.push(await add(company, 'crm.partner', { ...values, country_id: country }));
      }
      const records = company.as(rules[name] ?? {}).of('crm.partner');
      for (const guess of [
        ['name', '=like', 'Hidden%'],
        ['id', 'in', hidden],
        ['email', 'in', hidden.map((_, index) => `${index}@hidden.example`)],
      ]) {
        const domain = [guess, ...slow];
        expect(await records.search({ domain })).toEqual({ records: [], total: 0 });
        expect(await records.count(domain)).toBe(0);
        expect(await records.aggregate({ domain })).toEqual({ groups: [{ count: 0 }] });
      }
    } finally {
      await company.close();
    }
  });
});

test('the rule comes before what the caller asks, in related records too', async () => {
  const asked: Parameters<Store['count']>[0]['where'][] = [];
  const company = await openCompany({
    wrap: store => ({
      ...store,
      find(query) {
        asked.push(query.where);
        return store.find(query);
      },
      count(query) {
        asked.push(query.where);
        return store.count(query);
      },
      aggregate(query) {
        asked.push(query.where);
        return store.aggregate(query);
      },
    }),
  });
  try {
    const shown: Rights = { rules: { 'sale.order': [['owner', '=', 'sara']], 'crm.partner': [['rank', '<', 10]] } };
    const records = company.as(shown).of('sale.order');
    const domain = [
      ['amount', '>', 1],
      ['partner_id.notes', 'like', 'a'],
    ];
    await records.search({ domain, limit: 0 });
    await records.search({ domain });
    await records.count(domain);
    await records.aggregate({ domain });
    expect(asked.length).toBeGreaterThan(3);
    for (const where of asked) {
      expect(where).toMatchObject(
        all(
          { kind: 'compare', field: 'owner', operator: '=', value: 'sara' },
          { kind: 'compare', field: 'amount', operator: '>', value: 100 },
          {
            kind: 'related',
            field: 'partner_id',
            where: all({ kind: 'compare', field: 'rank', operator: '<', value: 10 }, { ...matchingA }),
          },
        ),
      );
    }
  } finally {
    await company.close();
  }
});

const any = { wildcard: 'any' } as const;
const matchingA = { kind: 'match', field: 'notes', pattern: [any, 'a', any], fold: false } as const;
