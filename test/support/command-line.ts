import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunInput {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real command line in a folder, with nothing from this process's environment that names a store. */
export function startCommand(args: readonly string[], { folder, env = {} }: RunInput): ChildProcess {
  const { GATEHOUSE_STORE, MONGODB_URI, HOST, PORT, GATEHOUSE_API_KEY, ...inherited } = process.env;
  return spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...inherited, ...env } });
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], input: RunInput & { stdin?: string }): Promise<Ran> {
  const child = startCommand(args, input);
  child.stdin?.end(input.stdin ?? '');
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)]);
  return { code, stdout, stderr };
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}

/** The address that a started server prints when it listens. */
export async function urlOf(child: ChildProcess): Promise<string> {
  let printed = '';
  for await (const piece of child.stdout ?? []) {
    printed += piece;
    const url = /^Gatehouse serves (http:\S+)\n/.exec(printed)?.[1];
    if (url) return url;
  }
  throw new Error(`it ended before it listened: ${printed}`);
}

async function textOf(stream: AsyncIterable<Buffer> | null): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream ?? []) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
