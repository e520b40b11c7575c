import { all, compare, isoTime, type Job, oneOf } from '../../../src/index.ts';

const day = 86_400_000;

/** Removes deliveries that are long done or given up. */
export function deliveryCleanUp({ keepDays }: { keepDays: number }): Job {
  return {
    name: 'webhook clean-up',
    schedule: '40 3 * * *',
    async run({ store, now }) {
      const before = isoTime(now() - keepDays * day);
      const isOlder = compare('updatedAt', '<', before);
      const where = all(oneOf('state', ['delivered', 'skipped', 'dead']), isOlder);
      await store.write([{ kind: 'remove', model: 'webhooks.delivery', where }], { atomic: false });
    },
  };
}
