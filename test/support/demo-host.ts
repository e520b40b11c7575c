import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { installDemo } from '../../plugins/demo/install.ts';
import { demoModels } from '../../plugins/demo/models/demo-models.ts';
import { installation } from '../../plugins/demo/models/installation.ts';
import { type App, boot } from '../../src/boot.ts';
import { defineConfig, definePlugin } from '../../src/index.ts';

/** A Gatehouse with users and the demo's models alone. `install` is to be called; it answers as `installDemo` does. */
export async function bootDemoHost(input: { location: string; onStep?: (done: number) => void }): Promise<{
  app: App;
  install: () => Promise<boolean>;
}> {
  const { location, onStep = () => {} } = input;
  const host = definePlugin({
    name: 'demo-host',
    version: '1.0.0',
    kernel: '^1',
    depends: ['base'],
    settings: z.strictObject({}),
    setup(scope) {
      for (const model of [...demoModels, installation]) scope.model(model);
    },
  });
  const app = await boot({
    configFile: join(import.meta.dirname, '..', '..', 'mcp.config.ts'),
    config: defineConfig({
      store: location,
      plugins: { base: {}, 'demo-host': {} },
      extraPlugins: [host],
      policies: { groups: { admin: { label: 'Admin' }, sales: { label: 'Sales' } } },
    }),
    log: pino({ level: 'silent' }),
    terminal: { isInteractive: false, note() {}, progress: () => ({ step: onStep, end() {} }) },
  });
  await app.start();
  return { app, install: () => installDemo(app.runtime) };
}
