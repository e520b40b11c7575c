import { expect, test } from 'vitest';
import type { Environment } from '../../../src/model/environment.ts';
import { askedBy } from '../../../src/store/asked-by.ts';
import type { Store } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { add, type Company, openCompany, type Rights } from './company.ts';

/*
 * The policies change while a call is under way: the right to the model goes, and the rule that limited it with it, as
 * where an admin takes a block out of the config. Whichever moment it is, the call does at most what it might have done
 * before: it must not join the old right to the new rules, of which there are none.
 */

const id = (index: number) => index.toString(16).padStart(24, '0');
const seen = `crm.partner/${id(1)}`;
const hidden = `crm.partner/${id(2)}`;

const before: Rights = { rules: { 'crm.partner': [['rank', '<', 10]] } };
const after: Rights = { models: { 'crm.partner': null } };

const attempts: Record<string, (env: Environment) => Promise<unknown>> = {
  'create what the rule forbids': env =>
    env.of('crm.partner').create([{ name: 'New', email: 'n@x.example', rank: 99 }]),
  'write what the rule forbids': env => env.of('crm.partner').write([seen], { rank: 99, email: 'n@x.example' }),
  'delete a hidden record': env => env.of('crm.partner').delete([seen, hidden]),
  'search for all': env =>
    env.of('crm.partner').search({ fields: ['name', 'parent_id', 'child_ids'], limit: 1, offset: 5 }),
};

/** Counts what the store is asked, and changes something before the query of a number. */
function interrupting() {
  let asked = 0;
  let change: { at: number; act: () => void } | undefined;
  const wrap = (store: Store): Store => {
    const counted = <A extends unknown[], R>(work: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        if (change?.at === asked) change.act();
        asked += 1;
        return work(...args);
      };
    };
    return {
      ...askedBy(store, 'test'),
      find: counted(query => store.find(query)),
      count: counted(query => store.count(query)),
      aggregate: counted(query => store.aggregate(query)),
      write: counted((operations, options) => store.write(operations, options)),
    };
  };
  return {
    wrap,
    /** Queries since then. */
    asked: () => asked,
    begin(next?: { at: number; act: () => void }) {
      asked = 0;
      change = next;
    },
  };
}

describeOnStores('policies that change during a call', open => {
  /** What the caller is told, and what the records are afterwards; `at`: before which query the policies change. */
  async function outcome(attempt: (env: Environment) => Promise<unknown>, at?: number) {
    const given = await open();
    const interruption = interrupting();
    const company: Company = await openCompany({ given, wrap: interruption.wrap });
    try {
      await add(company, 'crm.partner', { name: 'Seen', rank: 1 });
      await add(company, 'crm.partner', { name: 'Hidden', rank: 99, parent_id: seen });
      const rights: { -readonly [K in keyof Rights]: Rights[K] } = { ...before };
      const env = company.as(rights);
      const act = () => {
        delete rights.rules;
        Object.assign(rights, after);
        company.policy.invalidate();
      };
      interruption.begin(at === undefined ? undefined : { at, act });
      const told = await attempt(env).then(
        answer => JSON.stringify(answer),
        (thrown: { code?: string }) => `refused: ${thrown.code}`,
      );
      const asked = interruption.asked();
      interruption.begin();
      const left = await company.system.of('crm.partner').search({ fields: ['name', 'rank'], order: 'name' });
      const records = left.records.map(({ values }) => `${values.name} ${values.rank}`);
      return { told, records, asked };
    } finally {
      await company.close();
      await given.drop();
    }
  }

  test.each(Object.entries(attempts))(
    `${verifies('RULE-1')} a right that goes with its rule opens nothing on the way: %s`,
    async (_, attempt) => {
      const allowed = await outcome(attempt);
      for (let at = 0; at < allowed.asked; at += 1) {
        const { told, records } = await outcome(attempt, at);
        expect({ at, told: /^refused: [A-Z_]+$/.test(told) ? allowed.told : told, records }).toEqual({
          at,
          told: allowed.told,
          records: allowed.records,
        });
      }
    },
  );
});
