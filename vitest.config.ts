import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Outages of a whole database server run by themselves: `npm run test:outage`.
    include: process.env.MONGODB_DOWN ? ['test/outage/*.test.ts'] : ['test/**/*.test.ts'],
    exclude: process.env.MONGODB_DOWN ? [] : ['test/outage/**'],
    pool: 'forks',
    // Much of the time is waiting: for timers, disks and the database.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Ends what hangs; a machine that is merely busy gets to the end.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Node's own import, so that the tests run the code exactly as `npm start` does.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
