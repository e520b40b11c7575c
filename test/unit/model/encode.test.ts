import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeOperand, encodeValue } from '../../../src/model/encode.ts';
import { type Field, field } from '../../../src/model/field.ts';
import { fromSmallestUnit, toSmallestUnit } from '../../../src/model/money.ts';
import { parseDate, parseDatetime } from '../../../src/model/time.ts';
import type { StoredValue } from '../../../src/store/port.ts';
import { verifies } from '../../requirements.ts';

const id = '0123456789abcdef01234567';
const money = field.monetary();
const upper = field.char({ format: { expected: 'capitals', matches: text => text === text.toUpperCase() } });

describe('values that fit', () => {
  test.each<[Field, unknown, StoredValue]>([
    [field.char(), 'Grüße 😀', 'Grüße 😀'],
    [field.char(), '', null],
    [field.char({ maxLength: 2 }), '😀😀', '😀😀'],
    [upper, 'AB', 'AB'],
    [upper, '', null],
    [field.integer(), -0, 0],
    [field.integer(), 2 ** 53 - 1, 2 ** 53 - 1],
    [field.float(), 0.1, 0.1],
    [money, 12.34, 1234],
    [money, '12.340', 1234],
    [money, 0.07, 7],
    [money, -0.29, -29],
    [field.monetary({ decimals: 0 }), 5, 5],
    [field.boolean(), null, false],
    [field.date(), '2024-02-29', '2024-02-29'],
    [field.datetime(), '2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00.000Z'],
    [field.datetime(), '2024-01-01t10:00z', '2024-01-01T10:00:00.000Z'],
    [field.selection({ options: { a: 'A' } }), 'a', 'a'],
    [field.many2one({ to: 'a.b' }), `a.b/${id}`, id],
    [field.many2one({ to: 'a.b' }), id, id],
    [field.many2many({ to: 'a.b' }), [`a.b/${id}`, id], [id]],
    [field.many2many({ to: 'a.b' }), null, []],
  ])(`${verifies('TOOL-6')} take their stored form %#`, (declared, value, stored) => {
    expect(encodeValue(declared, value)).toEqual({ value: stored });
  });
});

describe('values that do not', () => {
  test.each<[Field, unknown, string]>([
    [field.char(), 7, 'text of at most 255'],
    [field.char(), 'x'.repeat(256), 'text of at most 255'],
    [field.char(), 'a\0b', 'U+0000'],
    [field.char(), '\ud83d', 'half a surrogate'],
    [field.integer(), 1.5, 'whole number'],
    [field.integer(), '1', 'whole number'],
    [field.integer(), 2 ** 53, 'whole number'],
    [field.float(), Number.NaN, 'a number'],
    [field.float(), Number.POSITIVE_INFINITY, 'a number'],
    [money, 12.345, '2 decimals'],
    [money, 1e15, '2 decimals'],
    [money, '1e5', '2 decimals'],
    [money, ' 1', '2 decimals'],
    [field.boolean(), 1, 'true or false'],
    [field.date(), '2023-02-29', 'YYYY-MM-DD'],
    [field.date(), '2023-2-9', 'YYYY-MM-DD'],
    [field.date(), '0000-01-01', 'YYYY-MM-DD'],
    [field.datetime(), '2024-01-01T10:00:00', 'offset'],
    [field.datetime(), '2024-01-01T24:00:00Z', 'offset'],
    [field.datetime(), '2024-01-01T10:00:60Z', 'offset'],
    [field.datetime(), '2024-01-01T10:00:00.1234Z', 'offset'],
    [field.datetime(), '0001-01-01T00:00:00+01:00', 'offset'],
    [field.selection({ options: { a: 'A' } }), 'toString', 'one of a'],
    [field.many2one({ to: 'a.b' }), `a.c/${id}`, 'a.b/'],
    [field.many2one({ to: 'a.b' }), id.toUpperCase(), 'a.b/'],
    [field.many2one({ to: 'a.b' }), { $ne: null }, 'a.b/'],
    [field.many2many({ to: 'a.b' }), id, 'a list'],
    [field.many2many({ to: 'a.b' }), [null], 'a list'],
    [field.json(), JSON.parse('{"__proto__":{"x":1}}'), 'JSON'],
    [field.json(), { a: 'x\0' }, 'JSON'],
    [field.json(), new Date(0), 'JSON'],
    [field.json(), 'x'.repeat(100_001), 'JSON'],
    [upper, 'aB', 'capitals'],
    [upper, 3, 'text of'],
    [field.one2many({ to: 'a.b', inverse: 'x' }), [], 'derived'],
  ])('are refused %#', (declared, value, said) => {
    const encoded = encodeValue(declared, value);
    expect('expected' in encoded && encoded.expected).toContain(said);
  });

  test('a format is asked of what is stored, and of nothing that it is compared with', () => {
    expect(encodeOperand(upper, 'aB')).toEqual({ value: 'aB' });
    expect(encodeOperand(upper, 3)).toEqual(encodeValue(upper, 3));
  });

  test('junk of any shape is refused or taken, and never throws', () => {
    const kinds = [field.char(), field.integer(), money, field.date(), field.datetime(), field.json(), field.boolean()];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.anything({ withBigInt: true, withNullPrototype: true }),
        (kind, junk) => {
          encodeValue(kind, junk);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('json that is too deep, also without an end', () => {
    const endless: Record<string, unknown> = {};
    endless.self = endless;
    expect(encodeValue(field.json(), endless)).toHaveProperty('expected');
  });
});

describe('money', () => {
  test('what is exact in the smallest unit comes back as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), fc.integer({ min: 0, max: 6 }), (units, decimals) => {
        expect(toSmallestUnit(fromSmallestUnit(units, decimals), decimals)).toBe(units);
      }),
    );
  });

  test('text is read exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), units => {
        const digits = String(units).padStart(3, '0');
        expect(toSmallestUnit(`${digits.slice(0, -2)}.${digits.slice(-2)}`, 2)).toBe(Number(units));
      }),
    );
  });
});

describe('times', () => {
  test('a moment is the same moment however it is written', () => {
    const range = { min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), fc.integer({ min: -23 * 60, max: 23 * 60 }), (moment, offset) => {
        const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
        const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
        const written = `${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
        expect(parseDatetime(written)).toBe(moment.toISOString());
        expect(parseDate(moment.toISOString().slice(0, 10))).toBe(moment.toISOString().slice(0, 10));
      }),
    );
  });

  test('a date is one that a calendar has', () => {
    const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const digits = (value: number, count: number): string => String(value).padStart(count, '0');
    const part = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), part, part, (year, month, day) => {
        const text = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
        const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
        const length = (lengths[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
        expect(parseDate(text)).toBe(year > 0 && day >= 1 && day <= length ? text : undefined);
      }),
    );
  });
});
