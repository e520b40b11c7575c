import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { otherId, someId, touchesOf } from './all-tools.ts';

/*
 * The stages decide by what a tool says it touches. Every field named anywhere in the arguments must be in it, with
 * its place.
 */

test(`${verifies('FIELD-1')} search lists the fields of domain, fields and order`, () => {
  const args = {
    model: 'sale.order',
    domain: ['|', ['partner_id.country_id.code', '=', 'DE'], '!', ['secret', 'ilike', 'top secret value']],
    fields: ['name', 'amount_total'],
    order: 'date desc, partner_id.name',
  };
  expect(touchesOf('search', args)).toEqual([
    {
      model: 'sale.order',
      operation: 'read',
      fields: [
        { path: 'partner_id.country_id.code', use: 'read', at: 'domain[1][0]' },
        { path: 'secret', use: 'read', at: 'domain[3][0]' },
        { path: 'name', use: 'show', at: 'fields[0]' },
        { path: 'amount_total', use: 'show', at: 'fields[1]' },
        { path: 'date', use: 'read', at: 'order[0]' },
        { path: 'partner_id.name', use: 'read', at: 'order[1]' },
      ],
      domain: expect.stringContaining('secret ilike'),
    },
  ]);
  expect(JSON.stringify(touchesOf('search', args))).not.toContain('top secret value');
});

test('search with query alone names no model', () => {
  expect(touchesOf('search', { query: 'acme' })).toEqual([]);
});

test(`${verifies('FIELD-1')} aggregate lists the fields of domain, groupBy and measures`, () => {
  const [touch] = touchesOf('aggregate', {
    model: 'sale.order',
    domain: [['a', '=', 1]],
    groupBy: ['state', 'date:month', 'partner_id.salary'],
    measures: ['count', 'amount:sum', 'count:max'],
  });
  expect(touch).toMatchObject({ model: 'sale.order', operation: 'read', domain: 'a = …' });
  expect(touch?.fields).toEqual([
    { path: 'a', use: 'read', at: 'domain[0][0]' },
    { path: 'state', use: 'read', at: 'groupBy[0]' },
    { path: 'date', use: 'read', at: 'groupBy[1]' },
    { path: 'partner_id.salary', use: 'read', at: 'groupBy[2]' },
    { path: 'amount', use: 'read', at: 'measures[1]' },
    { path: 'count', use: 'read', at: 'measures[2]' },
  ]);
});

test(`${verifies('FIELD-1', 'AUD-1')} read names its ids and fields for every model`, () => {
  const ids = [`crm.partner/${someId}`, `sale.order/${someId}`, `crm.partner/${otherId}`];
  const fields = [{ path: 'name', use: 'show', at: 'fields[0]' }];
  expect(touchesOf('read', { ids, fields: ['name'] })).toEqual([
    { model: 'crm.partner', operation: 'read', ids: [ids[0], ids[2]], fields },
    { model: 'sale.order', operation: 'read', ids: [ids[1]], fields },
  ]);
});

test(`${verifies('AUD-1')} fetch, describe_model and delete name model and ids`, () => {
  const id = `crm.partner/${someId}`;
  expect(touchesOf('fetch', { id })).toEqual([{ model: 'crm.partner', operation: 'read', ids: [id] }]);
  expect(touchesOf('describe_model', { model: 'crm.partner' })).toEqual([{ model: 'crm.partner', operation: 'read' }]);
  expect(touchesOf('delete', { ids: [id], dryRun: true })).toEqual([
    { model: 'crm.partner', operation: 'delete', ids: [id] },
  ]);
});

test(`${verifies('FIELD-1')} create and write list every field that gets a value, dry run or not`, () => {
  expect(touchesOf('create', { model: 'm.x', records: [{ a: 1 }, { a: 1, b: null }], dryRun: true })).toEqual([
    {
      model: 'm.x',
      operation: 'create',
      fields: [
        { path: 'a', use: 'write', at: 'records[0].a' },
        { path: 'a', use: 'write', at: 'records[1].a' },
        { path: 'b', use: 'write', at: 'records[1].b' },
      ],
    },
  ]);
  expect(touchesOf('write', { ids: [`m.x/${someId}`], values: { email: 'x' } })).toEqual([
    {
      model: 'm.x',
      operation: 'write',
      ids: [`m.x/${someId}`],
      fields: [{ path: 'email', use: 'write', at: 'values.email' }],
    },
  ]);
});

const fieldName = fc.stringMatching(/^f_[a-z]{4}(\.f_[a-z]{4}){0,2}$/);
const plainName = fc.stringMatching(/^f_[a-z]{4}$/);
const term = fc.tuple(fieldName, fc.constantFrom('=', 'in', 'no such operator', '<'), fc.jsonValue());
const domain = fc.array(fc.oneof(term, fc.constantFrom('&', '|', '!', 'x')), { maxLength: 8 });
const order = fc
  .array(
    fc.tuple(fieldName, fc.constantFrom('', ' asc', ' desc', '  DESC ', ' nonsense'), fc.constantFrom(',', ' ,', ', ')),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map(parts => parts.map(([name, direction, comma]) => `${name}${direction}${comma}`).join(''));
const groupTerm = fc.tuple(fieldName, fc.constantFrom('', ':month', ':day')).map(([name, unit]) => name + unit);
const measureTerm = fc.tuple(fieldName, fc.constantFrom(':sum', ':avg', ':max')).map(([name, what]) => name + what);
const valueMap = fc.dictionary(plainName, fc.jsonValue(), { minKeys: 1, maxKeys: 5 });

/** Whatever looks like a field name made above, anywhere but in values: those are only looked at, not used. */
function namesIn(args: Record<string, unknown>): Set<string> {
  const { domain: terms = [], records = [], values = {}, ...rest } = args;
  const paths = (terms as unknown[]).map(item => (Array.isArray(item) ? item[0] : item));
  const keys = [...(records as object[]), values as object].flatMap(Object.keys);
  return new Set(JSON.stringify([paths, keys, rest]).match(/f_[a-z]{4}(?:\.f_[a-z]{4})*/g));
}

test.each([
  ['search', fc.record({ model: fc.constant('m.x'), domain, fields: fc.array(fieldName, { maxLength: 5 }), order })],
  [
    'aggregate',
    fc.record({
      model: fc.constant('m.x'),
      domain,
      groupBy: fc.array(groupTerm, { maxLength: 4 }),
      measures: fc.array(measureTerm, { minLength: 1, maxLength: 5 }),
    }),
  ],
  ['read', fc.record({ ids: fc.constant([`m.x/${someId}`]), fields: fc.array(fieldName, { maxLength: 5 }) })],
  ['create', fc.record({ model: fc.constant('m.x'), records: fc.array(valueMap, { minLength: 1, maxLength: 3 }) })],
  ['write', fc.record({ ids: fc.constant([`m.x/${someId}`]), values: valueMap })],
] as [string, fc.Arbitrary<Record<string, unknown>>][])(
  `${verifies('FIELD-1')} every field name occurring in the arguments of %s is in its touches`,
  (tool, args) => {
    fc.assert(
      fc.property(args, given => {
        const listed = new Set(touchesOf(tool, given).flatMap(touch => touch.fields?.map(({ path }) => path) ?? []));
        expect(listed).toEqual(namesIn(given));
      }),
    );
  },
);
