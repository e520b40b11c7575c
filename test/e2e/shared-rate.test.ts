import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Row } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { type RawAnswer, send } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

const minute = 60_000;

describeOnStores('a rate limit on three instances', open => {
  let store: TestStore;
  let instances: TestGatehouse[];
  /** Stands still but where a test moves it, so that what leaves a window does so in a test alone. */
  let time = Date.parse('2026-11-23T12:00:00Z');

  beforeAll(async () => {
    store = await open();
    const config = exampleWith(store);
    instances = [];
    for (let count = 0; count < 3; count += 1) instances.push(await startGatehouse({ config, now: () => time }));
  });

  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    await store.drop();
  });

  function call(key: string, index: number): Promise<RawAnswer> {
    return send(instances[index % 3]?.url ?? '', { key });
  }

  function keyWith(rate: number): Promise<string> {
    const [first] = instances;
    if (!first) throw new Error('nothing runs');
    return keyOf(first, 'sara', { rate });
  }

  /** Calls at once, over and over, so many times: the refused ones come again, as those of a stubborn client do. */
  async function stubborn(key: string, rounds: number): Promise<number> {
    let admitted = 0;
    for (let round = 0; round < rounds; round += 1) {
      const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => call(key, index)));
      expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
      admitted += answers.filter(({ status }) => status === 200).length;
    }
    return admitted;
  }

  test(`${verifies('RATE-3')} under concurrent calls to all of them exactly the limit is admitted, at the window's edge again`, async () => {
    const key = await keyWith(20);
    expect(await stubborn(key, 4)).toBe(20);
    time += minute - 1;
    expect(await stubborn(key, 1)).toBe(0);
    time += 1;
    expect(await stubborn(key, 6)).toBe(20);
  });

  test(`${verifies('RATE-3', 'RATE-2')} an instance without a share gets what another does not use; a refusal says when to come back`, async () => {
    const key = await keyWith(10);
    for (let count = 0; count < 4; count += 1) expect((await call(key, 0)).status).toBe(200);
    for (let count = 0; count < 6; count += 1) {
      await expect.poll(async () => (await call(key, 1)).status, { timeout: 20_000 }).toBe(200);
    }
    const refused = await call(key, 2);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-limit')).toBe('10');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    // By now it knows from the others that nothing is free before the minute is over.
    await expect
      .poll(async () => Number((await call(key, 2)).headers.get('retry-after')), { timeout: 20_000 })
      .toBe(60);
  });

  test(`${verifies('RATE-3')} a lower rate of the key holds on all of them together`, async () => {
    const key = await keyWith(30);
    for (const index of [0, 1, 2]) expect((await call(key, index)).status).toBe(200);
    const { runtime } = instances[0]?.app ?? {};
    const keys = runtime?.system('test').of('security.api-key');
    const [record] = (await keys?.search({ domain: [['prefix', '=', key.split('_')[1] ?? '']] }))?.records ?? [];
    await keys?.write([record?.id ?? ''], { rate: 6 });
    for (const index of [0, 1, 2]) {
      await expect
        .poll(async () => (await call(key, index)).headers.get('x-ratelimit-limit'), { timeout: 20_000 })
        .toBe('6');
    }
    const [instance] = instances;
    const isAdmitted = (entry: Row) => entry.outcome === 'ok' && entry.credential_label === key.split('_')[1];
    const admitted = async () => (instance ? await auditOf(instance, 2_000) : []).filter(isAdmitted).length;
    await expect.poll(async () => [await stubborn(key, 1), await admitted()][1], { timeout: 20_000 }).toBe(6);
    await stubborn(key, 2);
    expect(await admitted()).toBe(6);
  });
});
