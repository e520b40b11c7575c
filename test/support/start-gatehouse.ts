import { join } from 'node:path';
import { pino } from 'pino';
import exampleConfig from '../../mcp.config.ts';
import { type App, boot } from '../../src/boot.ts';
import { silentTerminal } from '../../src/cli/terminal.ts';
import type { Clock } from '../../src/clock.ts';
import type { Config, ConfigOptions } from '../../src/config/define-config.ts';
import type { TraceScope } from '../../src/pipeline/trace-scope.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { putOffJobs } from './put-off-jobs.ts';
import type { TestStore } from './stores.ts';

/** A real server on a port of its own. */
export interface TestGatehouse {
  /** Of `/mcp`. */
  readonly url: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly app: App;
  stop(): Promise<void>;
}

const identity = { serverInfo: { name: 'gatehouse', version: '1.0.0' }, instructions: '' };

/** The example configuration (the demo company and its policies) with changes, on a store. */
export function exampleWith(store: TestStore, changes: Partial<ConfigOptions> = {}): Config {
  const { server, ...others } = changes;
  return { ...exampleConfig, store: store.location, server: { port: 0, logLevel: 'silent', ...server }, ...others };
}

/** Starts what `mcp.config.ts` says, as `serve` does, in this process. */
export async function startGatehouse(input: {
  config: Config;
  /** The time, where a test moves it: then no job runs but by hand. */
  now?: () => number;
  /** What workers wait by, with its time. */
  clock?: Clock;
  log?: pino.Logger;
  traces?: TraceScope;
}): Promise<TestGatehouse> {
  const log = input.log ?? pino({ level: 'silent' });
  const configFile = join(import.meta.dirname, '..', '..', 'mcp.config.ts');
  const app = await boot({
    configFile,
    config: input.config,
    log,
    terminal: silentTerminal,
    ...(input.now && { now: input.now }),
    ...(input.clock && { clock: input.clock }),
    ...(input.traces && { traces: input.traces }),
  });
  await app.start();
  if (input.now) await putOffJobs(app);
  const server = createHttpServer({ ...app, identity });
  const { url } = await server.listen();
  return {
    url,
    origin: new URL(url).origin,
    app,
    async stop() {
      await server.close();
      await app.stop();
    },
  };
}
