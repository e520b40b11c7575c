import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cell, parseJsonCell, parseTextCell } from '../../../../src/cli/import/parse-cell.ts';
import { type Field, field } from '../../../../src/model/field.ts';

const id = '0123456789abcdef01234567';
const state = field.selection({ options: { draft: 'Draft', done: 'All done' } });
const partner = field.many2one({ to: 'crm.partner' });
const tags = field.many2many({ to: 'crm.tag' });

const value = (given: unknown): Cell => ({ kind: 'value', value: given });
const fault = expect.objectContaining({ kind: 'fault', expected: expect.any(String) });

test.each<[Field, string, unknown]>([
  [field.char(), ' kept as it is ', value(' kept as it is ')],
  [field.char(), '   ', { kind: 'empty' }],
  [field.char(), 'a\u0000b', fault],
  [field.char({ maxLength: 2 }), 'abc', fault],
  [field.integer(), ' 42 ', value(42)],
  [field.integer(), '-7', value(-7)],
  [field.integer(), '4.5', fault],
  [field.integer(), '0x1F', fault],
  [field.integer(), '1,000', fault],
  [field.integer(), '99999999999999999999', fault],
  [field.float(), '1e3', value(1000)],
  [field.float(), '.5', value(0.5)],
  [field.float(), 'Infinity', fault],
  [field.float(), '1.2.3', fault],
  [field.monetary(), '1234.50', value('1234.50')],
  [field.monetary(), '0.001', fault],
  [field.monetary(), '€5', fault],
  [field.boolean(), 'Yes', value(true)],
  [field.boolean(), '0', value(false)],
  [field.boolean(), 'maybe', fault],
  [field.date(), '2026-02-28', value('2026-02-28')],
  [field.date(), '2026-02-30', fault],
  [field.date(), '28.02.2026', fault],
  [field.datetime(), '2026-02-28T10:00:00+01:00', value('2026-02-28T10:00:00+01:00')],
  [field.datetime(), '2026-02-28 10:00', fault],
  [state, 'draft', value('draft')],
  [state, 'all DONE', value('done')],
  [state, 'toString', fault],
  [field.json(), '{"a":[1]}', value({ a: [1] })],
  [field.json(), '{a}', fault],
  [partner, id, { kind: 'one', of: id }],
  [partner, `crm.partner/${id}`, { kind: 'one', of: id }],
  [partner, `hr.employee/${id}`, { kind: 'one', of: { model: 'crm.partner', title: `hr.employee/${id}` } }],
  [partner, 'Acme, Inc.', { kind: 'one', of: { model: 'crm.partner', title: 'Acme, Inc.' } }],
  [tags, `a; ${id} ;`, { kind: 'many', of: [{ model: 'crm.tag', title: 'a' }, id] }],
])('the text of a cell: %j %j', (given, text, expected) => {
  expect(parseTextCell(given, text)).toEqual(expected);
});

test.each<[Field, unknown, unknown]>([
  [field.integer(), 42, value(42)],
  [field.integer(), '42', fault],
  [field.char(), null, value(null)],
  [field.boolean(), 'yes', fault],
  [state, 'All done', value('done')],
  [partner, 'Acme', { kind: 'one', of: { model: 'crm.partner', title: 'Acme' } }],
  [partner, null, value(null)],
  [partner, 5, fault],
  [tags, ['a', id], { kind: 'many', of: [{ model: 'crm.tag', title: 'a' }, id] }],
  [tags, 'a', fault],
  [tags, [1], fault],
])('a value of JSON: %j %j', (given, json, expected) => {
  expect(parseJsonCell(given, json)).toEqual(expected);
});

test('what people write as a whole number is that number', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), number => {
      expect(parseTextCell(field.integer(), String(number))).toEqual(value(number));
    }),
  );
});

test('no text breaks it', () => {
  const kinds = [
    field.integer(),
    field.float(),
    field.monetary(),
    field.boolean(),
    field.date(),
    field.json(),
    state,
    partner,
    tags,
  ];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.string({ unit: 'binary' }), (given, text) => {
      expect(parseTextCell(given, text)).toHaveProperty('kind');
    }),
  );
});
