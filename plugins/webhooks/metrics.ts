import { all, compare, equals, isoTime, type Runtime, registerRowGauge } from '../../src/index.ts';

/** How many deliveries wait, how many of them are due, and how many were given up and are still kept. */
export function registerMetrics({ metrics, store, now }: Runtime): void {
  const isQueued = equals('state', 'queued');
  registerRowGauge({
    metrics,
    store,
    name: 'gatehouse_webhook_deliveries',
    help: 'Webhook deliveries that wait (queued), of these whose time has come (due), and that were given up (dead).',
    model: 'webhooks.delivery',
    states: {
      queued: () => isQueued,
      due: () => all(isQueued, compare('next_at', '<=', isoTime(now()))),
      dead: () => equals('state', 'dead'),
    },
  });
}
