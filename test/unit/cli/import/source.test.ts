import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashFile, openSource } from '../../../../src/cli/import/open-source.ts';
import { makeFolder } from '../../../support/folder.ts';

async function read(name: string, content: string | Buffer) {
  const file = join(makeFolder(), name);
  writeFileSync(file, content);
  const source = await openSource(file);
  const rows: unknown[] = [];
  for await (const { row, cells, fault } of source.rows()) rows.push([row, fault ?? Object.fromEntries(cells)]);
  return { columns: source.columns, rows };
}

test('CSV: quotes, line breaks in cells, a byte order mark, blank lines; the heading is row 1', async () => {
  const text = '\uFEFFname, "city" ,notes\r\n"Müller, Anna",Köln,"two\nlines, ""quoted"""\r\n\r\n,,\r\nBob,,\r\n';
  expect(await read('a.csv', text.replace(', "city" ,', ',"city",'))).toEqual({
    columns: ['name', 'city', 'notes'],
    rows: [
      [2, { name: 'Müller, Anna', city: 'Köln', notes: 'two\nlines, "quoted"' }],
      [5, { name: 'Bob', city: '', notes: '' }],
    ],
  });
});

test.each([
  ['a;b;c\n1,5;2;3', ['1,5', '2', '3']],
  ['a\tb\tc\n1\t2;2\t3', ['1', '2;2', '3']],
  ['a,b,c\n1,2,3', ['1', '2', '3']],
])('CSV: the separator is the one of the heading (%j)', async (text, cells) => {
  const { rows } = await read('a.csv', text);
  expect(rows).toEqual([[2, { a: cells[0], b: cells[1], c: cells[2] }]]);
});

test('CSV: rows with too few or too many cells are faults of their own', async () => {
  const { rows } = await read('a.csv', 'a,b\n1\n1,2\n1,2,3\n');
  expect(rows).toEqual([
    [2, 'The row has 1 cells, and the heading names 2.'],
    [3, { a: '1', b: '2' }],
    [4, 'The row has 3 cells, and the heading names 2.'],
  ]);
});

test('CSV: __proto__ as a heading is a heading', async () => {
  const { columns, rows } = await read('a.csv', '__proto__,a\nx,1\n');
  expect(columns).toEqual(['__proto__', 'a']);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
  expect(rows).toHaveLength(1);
});

test.each([
  ['a.csv', '', /empty: expected a heading/],
  ['a.csv', 'a,b\n"open,1\n', /is not CSV: .*[Qq]uote/],
  ['a.csv', Buffer.from('name\nM\xfcller\n', 'latin1'), /not UTF-8/],
  ['a.csv', Buffer.from('\uFEFFname\n', 'utf16le'), /not UTF-8/],
  ['a.json', '[{"a":1},', /not JSON/],
  ['a.json', Buffer.from('["M\xfcller"]', 'latin1'), /not UTF-8/],
  ['a.json', '{"a":1}', /must hold a list/],
  ['a.xlsx', 'x', /none of the endings/],
])('%s %j is refused', async (name, content, message) => {
  await expect(read(name, content)).rejects.toThrow(message);
});

test('a file that is not there is refused', async () => {
  await expect(openSource('/nowhere/a.csv')).rejects.toThrow(/IMPORT_FILE_INVALID|cannot be read/);
});

test('JSON: a list of records, numbered from 1', async () => {
  const { columns, rows } = await read('a.json', '\uFEFF[{"a":1,"b":null},5,{"a":[2]}]');
  expect(columns).toBeUndefined();
  expect(rows).toEqual([
    [1, { a: 1, b: null }],
    [2, 'Expected an object of values by field.'],
    [3, { a: [2] }],
  ]);
});

test('JSON lines: a record a line; a faulty line is a fault of its own', async () => {
  const { rows } = await read('a.jsonl', '{"a":1}\n\n{"a":\n[1]\n{"a":"ü\\n"}');
  expect(rows).toEqual([
    [1, { a: 1 }],
    [3, expect.stringMatching(/^The line is not JSON/)],
    [4, 'Expected an object of values by field.'],
    [5, { a: 'ü\n' }],
  ]);
});

test('whatever is written as CSV is read back', async () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 20 });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async records => {
      const text = ['a,b', ...records.map(record => record.map(quoted).join(','))].join('\n');
      const { rows } = await read('a.csv', text);
      const filled = records.flatMap(([a, b], index) => (a === '' && b === '' ? [] : [[index + 2, { a, b }]]));
      expect(rows).toEqual(filled);
    }),
    { numRuns: 50 },
  );
});

test('the same content has the same hash, other content another', async () => {
  const folder = makeFolder({ 'a.csv': 'x', 'b.csv': 'x', 'c.csv': 'y' });
  const [a, b, c] = await Promise.all(['a.csv', 'b.csv', 'c.csv'].map(name => hashFile(join(folder, name))));
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});
