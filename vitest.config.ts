import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Node's own import, so that the tests run the code exactly as `npm start` does.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
