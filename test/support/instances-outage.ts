import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { verifies } from '../requirements.ts';
import { runCommand } from './command-line.ts';
import { startCountedLoad } from './counted-load.ts';
import { type Instances, startInstances } from './instances.ts';
import type { Outage } from './outage.ts';
import type { TestStore } from './stores.ts';

const soon = { timeout: 60_000, interval: 100 };

/** What an outage of the database under several instances may and may not do. `open` gives a store behind `outage`. */
export function describeInstancesOutage(
  title: string,
  input: { open: () => Promise<{ store: TestStore; outage: Outage }> },
): void {
  vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

  describe(`${verifies('OPS-2', 'STORE-2', 'AUD-2')} ${title}`, () => {
    let store: TestStore;
    let outage: Outage;
    let instances: Instances;

    beforeAll(async () => {
      ({ store, outage } = await input.open());
      instances = await startInstances({ store, count: 3 });
    });
    afterAll(async () => {
      await instances?.stop();
      await store?.drop();
    });

    test('no answer without its entry, no torn chain, and all three recover', async () => {
      const { servers, folder, env } = instances;
      const load = await startCountedLoad(instances, 12);
      const answered = () => servers.map(({ url }) => load.answeredBy(url));
      const since = (before: readonly number[]) =>
        Math.min(...answered().map((count, at) => count - (before[at] ?? 0)));
      await expect.poll(() => since([]), soon).toBeGreaterThan(20);
      for (let round = 0; round < 2; round += 1) {
        await outage.stop();
        const refused = () => load.statuses.filter(status => status === 503).length;
        const before = refused();
        await expect.poll(() => refused() - before, soon).toBeGreaterThan(12);
        const down = answered();
        await outage.resume();
        await expect.poll(() => since(down), soon).toBeGreaterThan(20);
      }
      await load.end();

      expect([...new Set(load.statuses)].toSorted()).toEqual([200, 503]);
      expect(await load.unlogged()).toEqual([]);
      const verified = await runCommand(['audit', 'verify', '--json'], { folder, env });
      expect(verified, verified.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(verified.stdout)).toMatchObject({ isWhole: true, faults: [] });
    });
  });
}
