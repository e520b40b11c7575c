import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createReadSecret } from '../../../src/cli/read-secret.ts';
import { hasCode } from '../../../src/errors.ts';

function terminal({ isTTY }: { isTTY: boolean }) {
  const shown: string[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} });
  const readSecret = createReadSecret({ stdin, stderr: { write: (text: string) => shown.push(text) } });
  return { stdin, shown, readSecret };
}

const missing = (error: unknown) => hasCode(error, 'SECRET_NOT_READ');

test('what is typed is not shown, and can be corrected', async () => {
  const { stdin, shown, readSecret } = terminal({ isTTY: true });
  const reading = readSecret({ prompt: 'Secret: ', fromStdin: false });
  stdin.write('Ölx\x7f kanne\r');
  expect(await reading).toBe('Öl kanne');
  expect(shown).toEqual(['Secret: ', '\n']);
});

test('two secrets one after the other', async () => {
  const { stdin, readSecret } = terminal({ isTTY: true });
  const first = readSecret({ prompt: 'One: ', fromStdin: false });
  stdin.write('one\r');
  expect(await first).toBe('one');
  const second = readSecret({ prompt: 'Two: ', fromStdin: false });
  stdin.write('two\r');
  expect(await second).toBe('two');
});

test.each(['\x03', '\x04', '\r'])('an end or an empty line (%j) is no secret', async key => {
  const { stdin, readSecret } = terminal({ isTTY: true });
  const reading = readSecret({ prompt: 'Secret: ', fromStdin: false });
  stdin.write(key);
  await expect(reading).rejects.toSatisfy(missing);
});

test('without a terminal nothing is asked', async () => {
  const { readSecret } = terminal({ isTTY: false });
  await expect(readSecret({ prompt: 'Secret: ', fromStdin: false })).rejects.toSatisfy(missing);
});

test.each([
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  [' two words ', ' two words '],
])('standard input %j is %j', async (given, secret) => {
  const { stdin, readSecret } = terminal({ isTTY: false });
  stdin.end(given);
  expect(await readSecret({ prompt: '', fromStdin: true })).toBe(secret);
});

test.each(['', '\n', 'x'.repeat(5_000)])('standard input of %j is no secret', async given => {
  const { stdin, readSecret } = terminal({ isTTY: false });
  stdin.end(given);
  await expect(readSecret({ prompt: '', fromStdin: true })).rejects.toSatisfy(missing);
});
