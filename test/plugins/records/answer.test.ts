import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AnsweredRecord,
  shortenRecord,
  skipIntoValues,
} from '../../../plugins/records/answer/answered-records.ts';
import { fitToRoom } from '../../../plugins/records/answer/fit-to-room.ts';
import { restOfValue, shortenValue } from '../../../plugins/records/answer/shorten-value.ts';
import { recordSettings } from '../../../plugins/records/settings.ts';
import { hasCode, sentLength } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { someId } from './all-tools.ts';

const id = `m.x/${someId}`;
const record = (values: Record<string, unknown>, title = 'T'): AnsweredRecord => ({
  id,
  title,
  url: 'u',
  version: 1,
  values,
});
const fitted = (values: Record<string, unknown>[], room: number) =>
  fitToRoom({ items: values.map(each => record(each)), room, shorten: shortenRecord });
const sent = (value: unknown) => sentLength(JSON.stringify(value));

test(`${verifies('TOOL-7')} what fits is answered whole, the very same objects`, () => {
  const items = [record({ a: 'x' }), record({ b: 'y'.repeat(4_000) })];
  expect(fitToRoom({ items, room: 20_000, shorten: shortenRecord })).toEqual({ items, isShortened: false });
});

test(`${verifies('TOOL-7')} long values are shortened before records are left out`, () => {
  const { items, isShortened } = fitted(
    Array.from({ length: 5 }, () => ({ a: 'x'.repeat(50_000), b: 7 })),
    98_000,
  );
  expect(items).toHaveLength(5);
  expect(isShortened).toBe(true);
  expect(items[0]?.shortened).toEqual({ a: 3_000 });
  expect(items[0]?.values.b).toBe(7);
});

test(`${verifies('TOOL-7')} records are left out at the end, none is cut in the middle`, () => {
  const many = Array.from({ length: 300 }, (_, n) => ({ n, a: 'x'.repeat(900) }));
  const { items } = fitted(many, 98_000);
  expect(items.length).toBeGreaterThan(40);
  expect(items.length).toBeLessThan(60);
  expect(items.map(({ values }) => values)).toEqual(many.slice(0, items.length));
});

test(`${verifies('TOOL-7')} a record that cannot be made to fit is refused with advice`, () => {
  const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`field_${n}`, 'x'.repeat(90)]));
  const attempt = () => fitted([wide], 98_000);
  expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENTS' }));
  expect(attempt).toThrow('Name fewer fields');
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc.integer({ min: 0, max: 60_000 }).map(length => '"<\u0001é😀'.repeat(length / 6)),
);
const anyValue = fc.oneof(
  anyText,
  fc.jsonValue(),
  fc.integer(),
  fc.array(fc.record({ id: fc.constant(id), title: fc.string() }), { maxLength: 400 }),
);
const anyRecord = fc.record({
  id: fc.constant(id),
  title: anyText,
  url: fc.constant('https://x/'),
  version: fc.nat(),
  values: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), anyValue, { maxKeys: 6 }),
});

test(`${verifies('TOOL-7')} whatever the records hold, the answer stays within its room`, () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 12 }), fc.integer({ min: 3_000, max: 100_000 }), (items, room) => {
      try {
        const { items: kept, isShortened } = fitToRoom({ items, room, shorten: shortenRecord });
        expect(sent(kept)).toBeLessThanOrEqual(room + 10);
        expect(kept.length > 0 || items.length === 0).toBe(true);
        expect(kept.map(({ version }) => version)).toEqual(items.slice(0, kept.length).map(({ version }) => version));
        if (!isShortened) expect(kept).toEqual(items.slice(0, kept.length));
      } catch (error) {
        if (!hasCode(error, 'INVALID_ARGUMENTS')) throw error;
        expect(sent(items[0])).toBeGreaterThan(room / 2);
      }
    }),
    { numRuns: 200 },
  );
});

test(`${verifies('TOOL-7')} reading on at the places that are named gives the whole value`, () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyValue, { maxKeys: 3 }),
      fc.integer({ min: 30, max: 2_000 }),
      (values, length) => {
        for (const [name, whole] of Object.entries(values)) {
          const pieces: unknown[] = [];
          let from: number | undefined = 0;
          while (from !== undefined) {
            const start: number = from;
            const page = shortenRecord(skipIntoValues(record({ [name]: whole }), start), length, start);
            pieces.push(page.values[name]);
            from = page.shortened?.[name];
            if (from !== undefined) expect(from).toBeGreaterThan(start);
          }
          if (pieces.length === 1) expect(pieces[0]).toEqual(start(whole, length));
          else if (Array.isArray(pieces[0])) expect(pieces.flat()).toHaveLength((whole as unknown[]).length);
          else expect(pieces.join('')).toBe((typeof whole === 'string' ? whole : JSON.stringify(whole)).toWellFormed());
        }
      },
    ),
  );
});

/** A value of which nothing but a long title is cut. */
function start(whole: unknown, length: number): unknown {
  return shortenValue(restOfValue(whole, 0), length).value;
}

const cuts: [value: unknown, length: number, short: unknown, shown: number | undefined][] = [
  ['abc', 3, 'abc', undefined],
  ['abcd', 3, 'abc', 3],
  ['ab😀', 3, 'ab', 2],
  [12345678, 3, 12345678, undefined],
  [true, 1, true, undefined],
  [null, 1, null, undefined],
  [{ id, title: 'abcdef' }, 3, { id, title: 'abc' }, undefined],
  [{ id, title: 'abcdef', more: 1 }, 10, JSON.stringify({ id, title: 'abcdef', more: 1 }).slice(0, 10), 10],
  [{ a: 1 }, 10, { a: 1 }, undefined],
  [[id, id, id], 70, [id, id], 2],
  [[id], 3, [id], undefined],
  [[1, 2, 3], 100, [1, 2, 3], undefined],
];

test.each(cuts)('%j at %i characters', (value, length, short, shown) => {
  expect(shortenValue(value, length)).toEqual({ value: short, shown });
});

const faulty: [settings: unknown, message: string][] = [
  [{ maxRecords: 0 }, 'maxRecords'],
  [{ defaultRecords: 300 }, 'defaultRecords'],
  [{ maxCharacters: 5_000 }, 'maxCharacters'],
  [{ maxRecords: 1_000 }, 'maxCharacters'],
  [{ maxChars: 1 }, 'maxChars'],
];

test.each(faulty)(`${verifies('TOOL-7')} settings %j are refused`, (settings, name) => {
  const { error } = recordSettings.safeParse(settings);
  expect(JSON.stringify(error?.issues)).toContain(name);
});

test(`${verifies('TOOL-7')} defaults: 20 records, 100,000 characters`, () => {
  expect(recordSettings.parse({})).toMatchObject({ defaultRecords: 20, maxRecords: 200, maxCharacters: 100_000 });
});
