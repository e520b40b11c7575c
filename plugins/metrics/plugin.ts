import { collectDefaultMetrics } from 'prom-client';
import type { z } from 'zod';
import { definePlugin, type Hooks } from '../../src/index.ts';
import { createMetricsAccess } from './access.ts';
import { createCallMetrics } from './call-metrics.ts';
import { registerMailMetrics } from './mail-metrics.ts';
import { type MetricsSettings, settings } from './settings.ts';

/** `/metrics` for Prometheus: calls, stages, the database, the process, and what other plugins add. */
export default definePlugin({
  name: 'metrics',
  version: '1.0.0',
  kernel: '^1',
  depends: ['security'],
  settings,
  setup(scope, own: MetricsSettings) {
    const isAllowed = createMetricsAccess(own);
    let finished: ((event: Hooks['call.finished']) => void) | undefined;

    scope.onStart(async runtime => {
      const { metrics, registry } = runtime;
      collectDefaultMetrics({ register: metrics });
      registerMailMetrics(runtime);
      finished = createCallMetrics({ metrics, hasModel: name => registry.get(name) });
    });
    scope.on('call.finished', event => finished?.(event));
    scope.route({
      method: 'get',
      path: '/metrics',
      access: 'Addresses of `allow`, or the token of the settings; shows numbers, no record.',
      hasOwnAddressRules: true,
      async handle(request, response, { metrics }) {
        if (!isAllowed(request, response)) {
          response.status(403).type('text/plain').send('Not allowed. Use an allowed address or the token.\n');
          return;
        }
        response.type(metrics.contentType).send(await metrics.metrics());
      },
    });
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    metrics?: z.input<typeof settings>;
  }
}
