import { Gauge } from 'prom-client';
import { equals, type Runtime } from '../../src/index.ts';

/** How many deliveries wait, and how many were given up and are still kept; counted when somebody asks. */
export function registerMetrics({ metrics, store }: Runtime): void {
  new Gauge({
    name: 'gatehouse_webhook_deliveries',
    help: 'Webhook deliveries that wait (queued) or were given up (dead).',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      for (const state of ['queued', 'dead']) {
        this.set({ state }, await store.count({ model: 'webhooks.delivery', where: equals('state', state) }));
      }
    },
  });
}
