import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { type App, boot } from '../../src/boot.ts';
import { silentTerminal } from '../../src/cli/terminal.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { startCommand, urlOf } from './command-line.ts';
import { exampleWith } from './start-gatehouse.ts';
import type { TestStore } from './stores.ts';

const example = pathToFileURL(join(import.meta.dirname, '..', '..', 'mcp.config.ts')).href;

/** A server in a process of its own. */
export interface Instance {
  /** Of `/mcp`. */
  readonly url: string;
  /** Ends it as a crash does. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Several servers on one store behind a balancer, and one more process's view of the store: this one's. */
export interface Instances {
  readonly servers: readonly Instance[];
  readonly balancer: Balancer;
  /** As commands beside the servers have it; runs no jobs. */
  readonly app: App;
  /** Where the servers' config file is, for commands. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes the config file of all of them anew; `changes` is the text of a function from the example to a config. */
  configure(changes: string): void;
  stop(): Promise<void>;
}

/** Starts servers of the real command line with the example config, in one folder, on one store. */
export async function startInstances({ store, count }: { store: TestStore; count: number }): Promise<Instances> {
  const balancer = await startBalancer();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  const env = { GATEHOUSE_STORE: store.location, PORT: '0', NODE_ENV: 'production' };
  const children: ChildProcess[] = [];

  function configure(changes: string): void {
    const server = `{ publicUrl: '${balancer.origin}', logLevel: 'error' }`;
    const config = `import example from '${example}';\nconst changed = (${changes})(example);\nexport default { ...changed, server: ${server} };\n`;
    writeFileSync(join(folder, 'mcp.config.ts'), config);
  }

  async function serve(): Promise<Instance> {
    const child = startCommand(['serve'], { folder, env });
    children.push(child);
    child.stderr?.resume();
    const url = await urlOf(child);
    return { url, kill: () => end(child, 'SIGKILL') };
  }

  configure('example => example');
  const app = await boot({
    configFile: join(folder, 'mcp.config.ts'),
    config: exampleWith(store),
    log: pino({ level: 'silent' }),
    terminal: silentTerminal,
    role: 'command',
  });
  await app.start();
  const servers = await Promise.all(Array.from({ length: count }, serve));
  balancer.balance(servers.map(({ url }) => new URL(url).origin));
  return {
    servers,
    balancer,
    app,
    folder,
    env,
    configure,
    async stop() {
      await balancer.stop();
      await Promise.all(children.map(child => end(child, 'SIGTERM')));
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
