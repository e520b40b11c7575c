import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { installDemo } from './install.ts';
import { demoModels } from './models/demo-models.ts';
import { installation } from './models/installation.ts';
import { welcome } from './welcome.ts';

const settings = z.strictObject({});

/** A made-up company to try everything on; see README.md. */
export default definePlugin({
  name: 'demo',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base', 'records', 'security'],
  settings,
  setup(scope) {
    for (const model of [...demoModels, installation]) scope.model(model);
    scope.onStart(async runtime => {
      if (await installDemo(runtime)) await welcome(runtime);
    });
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    readonly demo?: z.input<typeof settings>;
  }
}
