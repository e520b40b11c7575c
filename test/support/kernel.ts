import { type DestinationStream, pino } from 'pino';
import { Registry } from 'prom-client';
import { silentTerminal } from '../../src/cli/terminal.ts';
import { createRuntime } from '../../src/create-runtime.ts';
import type { Runtime } from '../../src/index.ts';
import { kernelModels } from '../../src/kernel-parts.ts';
import { createAccessPolicy } from '../../src/model/create-access-policy.ts';
import { buildRegistry } from '../../src/model/registry.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/port.ts';
import type { TestStore } from './stores.ts';

/** The kernel's own models on a real store, without plugins. */
export interface TestKernel {
  readonly store: Store;
  /** What one instance has: the same store, its own clock. */
  runtime(input: { now: () => number; onMail?: () => void; log?: DestinationStream }): Runtime;
  /** Resolves when no call of the store, and none of `watched`, is under way. */
  settled(): Promise<void>;
  /** Counts the calls of something else that is waited for. */
  watched<T extends object>(target: T): T;
  close(): Promise<void>;
}

export async function openKernel(test: TestStore): Promise<TestKernel> {
  const { registry } = buildRegistry({ models: kernelModels });
  let underWay = 0;

  function watched<T extends object>(target: T): T {
    return new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const result: unknown = Reflect.apply(member, object, args);
          if (!(result instanceof Promise)) return result;
          underWay += 1;
          return result.finally(() => {
            underWay -= 1;
          });
        };
      },
    });
  }

  const opened = await openStore({ location: test.location, folder: '/', now: Date.now, queryTimeLimit: 10_000 });
  await opened.open(registry.all().map(({ stored }) => stored));
  const store = watched(opened);
  return {
    store,
    watched,
    runtime: ({ now, onMail = () => {}, log }) =>
      createRuntime({
        registry,
        store,
        policy: createAccessPolicy({ registry, layers: [] }),
        log: log ? pino({ level: 'debug' }, log) : pino({ level: 'silent' }),
        server: settings,
        configFile: '/mcp.config.ts',
        policies: () => ({ groups: {}, access: [], rules: [], permissions: [], fields: [] }),
        terminal: silentTerminal,
        metrics: new Registry(),
        now,
        onMail,
        listeners: [],
      }),
    async settled() {
      // Quiet for a few turns of the event loop: a promise that has just settled may begin the next call.
      for (let quiet = 0; quiet < 5; quiet = underWay === 0 ? quiet + 1 : 0) {
        await new Promise(resolve => setImmediate(resolve));
      }
    },
    close: () => opened.close(),
  };
}

const settings: Runtime['server'] = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://gatehouse.test',
  trustedProxies: [],
  allowedHosts: [],
  allowedOrigins: [],
  maxBodyBytes: 10_000,
  queryTimeLimit: 10_000,
  shutdownTimeLimit: 1_000,
  logLevel: 'silent',
};
