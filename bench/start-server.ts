import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A server of the bench in a process of its own. */
export interface BenchServer {
  readonly url: URL;
  /** Whose processor time counts. */
  readonly pid: number;
  /** The rest of what it printed. */
  readonly about: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts `servers/<name>.ts` on the first processor, the load being on the second, and waits for its line of JSON. */
export async function startServer(name: string, args: readonly string[] = []): Promise<BenchServer> {
  const script = join(import.meta.dirname, 'servers', `${name}.ts`);
  const child = spawn('taskset', ['-c', '0', process.execPath, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, pid, ...about } = JSON.parse(await firstLine(child, name));
  return {
    url: new URL(url),
    pid: Number(pid),
    about,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8');
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error(`the server ${name} ended before it was ready`);
}
