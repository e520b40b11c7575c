import { equals, type Runtime, registerRowGauge } from '../../src/index.ts';

/** How many messages wait in the outbox, and how many were given up and are still kept. */
export function registerMailMetrics({ metrics, store }: Runtime): void {
  registerRowGauge({
    metrics,
    store,
    name: 'gatehouse_mail_messages',
    help: 'Messages in the outbox that wait (queued) or were given up (failed).',
    model: 'gatehouse.mail',
    states: { queued: () => equals('state', 'queued'), failed: () => equals('state', 'failed') },
  });
}
