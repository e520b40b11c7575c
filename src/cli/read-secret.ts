import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import type { CommandContext } from '../plugin/scope.ts';
import { cliErrors } from './errors.ts';
import type { Output } from './machine.ts';

/** Bytes that a secret may have. */
const maxLength = 4_096;

/** Reads secrets of people: from a terminal without showing them, or from standard input. */
export function createReadSecret(parts: {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: Output;
}): CommandContext['readSecret'] {
  const { stdin, stderr } = parts;
  return async ({ prompt, fromStdin }) => {
    if (!fromStdin && stdin.isTTY !== true) {
      throw cliErrors.SECRET_NOT_READ({ message: 'There is no terminal to type a secret on.' });
    }
    const secret = fromStdin ? await readAll(stdin) : await type({ stdin, stderr, prompt });
    if (secret === '') throw cliErrors.SECRET_NOT_READ();
    return secret;
  };
}

async function readAll(stdin: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stdin) {
    const bytes = Buffer.from(piece);
    length += bytes.length;
    if (length > maxLength)
      throw cliErrors.SECRET_NOT_READ({ message: 'What is on standard input is no secret: too long.' });
    pieces.push(bytes);
  }
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** The line editor of Node does the typing; what it would show goes nowhere. */
async function type(input: { stdin: Readable; stderr: Output; prompt: string }): Promise<string> {
  const { stdin, stderr, prompt } = input;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  stderr.write(prompt);
  editor.once('line', resolve);
  // Ctrl-C and Ctrl-D.
  editor.once('close', () => reject(cliErrors.SECRET_NOT_READ()));
  try {
    return await promise;
  } finally {
    editor.close();
    stderr.write('\n');
  }
}
