import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine } from '../../../plugins/security/audit/csv.ts';
import { verifies } from '../../requirements.ts';

const parsed = (text: string): string[][] => parse(text);
const formula = /^[\s\uFEFF]*[=+\-@＝＋－＠]|^[\t\r\n]/;

describe(`${verifies('AUD-4')} CSV`, () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', "'\r=1"],
    ['\n=1', "'\n=1"],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ['"=1', '\'"=1'],
    ['x;=cmd|"/C calc"!A0', 'x;\'=cmd|"/C calc"!A0'],
    ['x; -1', "x;' -1"],
    ['plain, with "quotes" and\r\nlines', 'plain, with "quotes" and\r\nlines'],
    ['a=b', 'a=b'],
    ['', ''],
  ])('%j is read back as %j', (text, expected) => {
    expect(parsed(csvLine([text, 'next']))).toEqual([[expected, 'next']]);
  });

  test('numbers and missing values stay what they are', () => {
    expect(csvLine(['a', 12, null, 0.5])).toBe('"a",12,,0.5\r\n');
  });

  const dangerous = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', ' ', '\t', '\r', '\n', ';', ',', '"', "'", 'a', '1', '＝'),
  });
  const text = fc.oneof(dangerous, fc.string({ unit: 'grapheme' }));

  test('whatever is put into cells, no cell is a formula, and nothing but quotes is added', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 6 }), cells => {
        const [row = []] = parsed(csvLine(cells));
        expect(row).toHaveLength(cells.length);
        for (const [index, cell] of row.entries()) {
          expect(cell).not.toMatch(formula);
          expect(cell.replaceAll("'", '')).toBe((cells[index] ?? '').replaceAll("'", ''));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('nor where a spreadsheet begins a new cell at a semicolon', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), cells => {
        // Naively: quotes mean nothing, and every semicolon begins a cell.
        for (const piece of csvLine(cells).replaceAll('"', '').split(';')) {
          expect(piece).not.toMatch(/^[\s\uFEFF]*[=+\-@＝＋－＠]/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
