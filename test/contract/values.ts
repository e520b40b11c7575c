import { describe, expect, test } from 'vitest';
import type { Json, Row, Store, StoredValue } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { id, load, person } from './harness.ts';

const texts = [
  '',
  ' ',
  'İstanbul ŉ ﬁsh straße ΟΔΟΣ',
  'e\u0301 and \u00e9',
  '😀👩\u200d👩\u200d👧',
  '\uFFFD\uE000\uFFFF\u{10FFFF}',
  'a\u0001b\tc\r\nd\u2028e\u007f',
  '\u202Eright to left',
  `'; DROP TABLE "contract.person"; --`,
  '$where',
  '__proto__',
  'x'.repeat(100_000),
];
const integers = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const floats = [0.1, 0.1 + 0.2, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -1e21, 2 ** 53, 1 / 3, 100];
const documents: Json[] = [
  {},
  [],
  [null],
  false,
  0,
  'text',
  { $set: { a: 1 }, 'a.b': { c: [1, 'zwei', null, { d: true }] }, '': ' ' },
  { ключ: '😀', b: 1e-7, a: [[[]]] },
];

/** What is stored comes back as it was, and what could not is refused. */
export function values(store: () => Store): void {
  async function stored(field: string, value: StoredValue): Promise<StoredValue | undefined> {
    await load(store(), person, [{ id: id(1), [field]: value }]);
    const found = await store().find({
      model: person,
      where: { kind: 'compare', field: 'id', operator: '=', value: id(1) },
    });
    return found[0]?.[field];
  }

  describe('values', () => {
    test.each<[string, readonly StoredValue[]]>([
      ['name', texts],
      ['note', texts],
      ['age', integers],
      ['balance', integers],
      ['score', floats],
      ['active', [true, false]],
      ['born', ['1969-12-31', '0001-01-01', '9999-12-31', '2024-02-29T23:59:59.999Z']],
      ['extra', documents],
    ])('%s comes back as it was', async (field, all) => {
      for (const [index, value] of all.entries()) {
        const row = { id: id(index + 1), [field]: value };
        await load(store(), person, [row]);
      }
      const found = await store().find({ model: person, where: { kind: 'all', of: [] } });
      expect(found.map(row => row[field])).toEqual(all);
    });

    test('a list of ids keeps its order', async () => {
      const list = [id(9), id(3), id(7)];
      expect(await stored('tag_ids', list)).toEqual(list);
    });

    test('a missing value is null, a missing list is empty, and every field is there', async () => {
      await load(store(), person, [{ id: id(1) }]);
      const [row] = await store().find({ model: person, where: { kind: 'all', of: [] } });
      const expected: Row = {
        ...{ id: id(1), version: 1, name: null, bio: null, note: null, age: null, balance: null, score: null },
        ...{ active: null, born: null, extra: null, manager_id: null, country_id: null, tag_ids: [] },
      };
      expect(row).toEqual(expected);
    });

    test.each<[string, Record<string, StoredValue>]>([
      ['U+0000 in a string', { name: 'a\u0000b' }],
      ['half a surrogate pair', { note: 'a\ud800' }],
      ['the other half', { note: '\udc00a' }],
      ['U+0000 deep in a document', { extra: { a: [{ b: 'x\u0000' }] } }],
      ['half a pair as a key', { extra: { '\ud83d': 1 } }],
      ['U+0000 in an id', { tag_ids: ['a\u0000'] }],
    ])('%s is refused, and nothing of the write is stored', async (_, value) => {
      const refusal = { code: 'VALUE_NOT_STORABLE', data: { model: person, field: Object.keys(value)[0] } };
      const operations = [
        { kind: 'insert', model: person, row: { id: id(1), name: 'fine' } },
        { kind: 'insert', model: person, row: { id: id(2), ...value } },
      ] as const;
      await expect(store().write(operations, { atomic: false })).rejects.toMatchObject(refusal);
      expect(await store().count({ model: person, where: { kind: 'all', of: [] } })).toBe(0);

      await load(store(), person, [{ id: id(3) }]);
      const update = {
        kind: 'update',
        model: person,
        where: { kind: 'compare', field: 'id', operator: '=', value: id(3) },
        set: value,
      } as const;
      await expect(store().write([update])).rejects.toMatchObject(refusal);
      expect((await store().find({ model: person, where: { kind: 'all', of: [] } }))[0]?.version).toBe(1);
    });

    test.each<[string, Record<string, unknown>]>([
      ['an object for a string', { name: { $gt: '' } }],
      ['a date for a string', { born: new Date(0) }],
      ['a fraction for an integer', { age: 1.5 }],
      ['an unsafe integer', { age: 2 ** 53 }],
      ['a string for an integer', { balance: '12' }],
      ['NaN', { score: Number.NaN }],
      ['infinity', { score: Number.POSITIVE_INFINITY }],
      ['a number for a boolean', { active: 1 }],
      ['a string for a list', { tag_ids: id(1) }],
      ['a list of numbers for ids', { tag_ids: [1] }],
      ['a field that is not declared', { salary: 1 }],
      ['a one2many', { report_ids: [id(2)] }],
    ])('%s is a mistake in the program', async (_, value) => {
      const row = { id: id(1), ...(value as Record<string, StoredValue>) };
      await expect(store().write([{ kind: 'insert', model: person, row }])).rejects.toThrow(TypeError);
      expect(await store().count({ model: person, where: { kind: 'all', of: [] } })).toBe(0);
    });

    test(`${verifies('STORE-1')} a record's text is found again by equality whatever it holds`, async () => {
      await load(
        store(),
        person,
        texts.map((note, index) => ({ id: id(index + 1), note })),
      );
      for (const [index, note] of texts.entries()) {
        const where = { kind: 'compare', field: 'note', operator: '=', value: note } as const;
        expect((await store().find({ model: person, where })).map(row => row.id)).toEqual([id(index + 1)]);
      }
    });
  });
}
