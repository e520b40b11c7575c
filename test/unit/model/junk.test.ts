import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatehouseError } from '../../../src/errors.ts';
import type { Environment, Records } from '../../../src/model/environment.ts';
import { add, type Company, openCompany } from './company.ts';

/* Whatever the arguments are, an answer or an error of Gatehouse: never a mistake of the program. */

let company: Company;
let env: Environment;
let acme: string;

beforeAll(async () => {
  company = await openCompany();
  acme = await add(company, 'crm.partner', { name: 'Acme' });
  env = company.as({ rules: { 'crm.partner': [['rank', '<', 10]] }, hidden: ['crm.partner.secret'] });
});
afterAll(() => company.close());

const names = [
  'name',
  'credit',
  'active',
  'seen',
  'parent_id',
  'tag_ids',
  'child_ids',
  'extra',
  'initial',
  'secret',
  'id',
];
const junk = fc.oneof(
  fc.constantFrom(null, [], {}, '', 0, -1, Number.NaN),
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, maxDepth: 2 }),
);
const text = fc.oneof(fc.constantFrom(...names, 'seen:month', 'credit:sum', 'count', '__proto__', ''), junk);
const list = fc.oneof(fc.array(text, { maxLength: 3 }), junk);
const values = fc.oneof(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), junk, { maxKeys: 4 }), junk);

const attempts = fc.oneof(
  fc
    .record({ domain: list, query: text, fields: list, order: text, limit: junk, offset: junk }, { requiredKeys: [] })
    .map(input => (records: Records) => records.search(input as never)),
  fc
    .record({ groupBy: list, measures: list, limit: junk, offset: junk }, { requiredKeys: [] })
    .map(input => (records: Records) => records.aggregate(input as never)),
  fc.tuple(list, list).map(
    ([ids, fields]) =>
      (records: Records) =>
        records.read(ids as never, fields as never),
  ),
  fc
    .array(values, { maxLength: 2 })
    .map(given => (records: Records) => records.create(given as never, { dryRun: true })),
  fc.tuple(values, values).map(
    ([given, versions]) =>
      (records: Records) =>
        records.write([acme], given as never, { dryRun: true, versions: versions as never }),
  ),
  list.map(ids => (records: Records) => records.delete(ids as never, { dryRun: true })),
);

test('junk in any argument', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(attempts, async attempt => {
      try {
        await attempt(env.of('crm.partner'));
        answered += 1;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GatehouseError);
        expect((thrown as GatehouseError).code).not.toBe('INTERNAL');
      }
    }),
    { numRuns: 1500 },
  );
  expect(answered).toBeGreaterThan(20);
});
