import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey } from '../../plugins/security/plugin.ts';
import { defineConfig } from '../../src/index.ts';
import { startGatehouse } from '../support/start-gatehouse.ts';
import { fixturesPlugin } from './fixtures-plugin.ts';
import { startKeyProxy } from './key-proxy.ts';

/** The suite makes more calls and opens more sessions in a minute than a person does. */
const roomy = { rate: { perMinute: 100_000 }, sessions: { limit: 10_000 } };

/** A real Gatehouse with all its guards, the fixtures mounted, and a key in front of it. */
export async function startWithFixtures() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  const gatehouse = await startGatehouse({
    config: defineConfig({
      store: `sqlite:${join(folder, 'conformance.db')}`,
      server: { port: 0 },
      plugins: { base: {}, security: roomy, records: {}, 'conformance-fixtures': {} },
      extraPlugins: [fixturesPlugin(randomBytes(32))],
    }),
  });
  const { runtime } = gatehouse.app;
  await runtime
    .system('conformance')
    .of('base.user')
    .create([{ login: 'suite', name: 'Conformance suite' }]);
  const { key } = await createKey({ runtime, name: 'conformance', user: 'suite', scopes: ['read'] });
  const proxy = await startKeyProxy({ url: gatehouse.url, key });
  return {
    url: proxy.url,
    async stop() {
      proxy.stop();
      await gatehouse.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
