import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/server/line-reader.ts';

async function read(chunks: readonly (string | Buffer)[], limit = 10): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  const input = Readable.from(chunks.map(chunk => Buffer.from(chunk)));
  for await (const line of linesOf(input, limit)) lines.push(line?.toString());
  return lines;
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [['a\r\nb'], ['a', 'b']],
  [['\n\n', 'a', 'b', '\n', '\r\n'], ['ab']],
  [['0123456789\n'], ['0123456789']],
  [['01234567890\nok\n'], [undefined, 'ok']],
  [
    ['0123456', '7890123', '456', '\nok\n'],
    [undefined, 'ok'],
  ],
  [['01234567890'], [undefined]],
  [[], []],
])('%j are the lines %j', async (chunks, lines) => {
  expect(await read(chunks)).toEqual(lines);
});

test('wherever the chunks are cut, the lines are the same', async () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' '), minLength: 1, maxLength: 8 }), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(10)), async (texts, cuts) => {
      const bytes = Buffer.from(texts.map(text => `${text}\n`).join(''));
      const chunks: Buffer[] = [];
      let rest = bytes;
      for (const cut of cuts) {
        chunks.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      expect(await read([...chunks, rest], 100)).toEqual(texts);
    }),
  );
});
