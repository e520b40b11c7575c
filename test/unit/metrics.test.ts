import { expect, test } from 'vitest';
import { createMetrics, registerRowGauge } from '../../src/metrics.ts';
import { always } from '../../src/store/condition.ts';
import type { Store } from '../../src/store/port.ts';
import { timedStore } from '../../src/store/timed-store.ts';
import { verifies } from '../requirements.ts';

test(`${verifies('OPS-1')} a store that does not answer costs its figure, and no other`, async () => {
  const { registry } = createMetrics();
  let isAway = false;
  const store = { count: async () => (isAway ? Promise.reject(new Error('away')) : 7) } as unknown as Store;
  const states = { queued: () => always, failed: () => always };
  registerRowGauge({ metrics: registry, store, name: 'rows', help: 'Rows.', model: 'x', states });
  expect(await registry.metrics()).toMatch(/^rows\{state="queued"\} 7$/m);
  isAway = true;
  const text = await registry.metrics();
  expect(text).not.toMatch(/^rows\{/m);
  expect(text).toMatch(/^gatehouse_store_pending\{operation="find"\} 0$/m);
  isAway = false;
  expect(await registry.metrics()).toMatch(/^rows\{state="failed"\} 7$/m);
});

test(`${verifies('OPS-1')} what waits for the store is counted while it waits, whether it fails or not`, async () => {
  const { registry, onStoreBegun: onBegun, onStoreDone: onDone } = createMetrics();
  const gate = Promise.withResolvers<void>();
  const inner = {
    write: () => gate.promise.then(() => []),
    find: () => gate.promise.then(() => Promise.reject(new Error('broken'))),
  } as unknown as Store;
  const store = timedStore({ store: inner, ticks: () => 0, onBegun, onDone });
  const pending = async () => (await registry.metrics()).match(/^gatehouse_store_pending.*$/gm);
  const underWay = [store.write([]), store.write([]), store.find({ model: 'x', where: always }).catch(() => {})];
  expect(await pending()).toEqual(
    expect.arrayContaining([expect.stringMatching(/"write"\} 2/), expect.stringMatching(/"find"\} 1/)]),
  );
  gate.resolve();
  await Promise.all(underWay);
  for (const line of (await pending()) ?? []) expect(line).toMatch(/ 0$/);
});
