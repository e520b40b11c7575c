import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { createWorld, fullestMinute, type World, type WorldInstance } from './rate-world.ts';

const minute = 60_000;
const rate = 30;

/** What may happen to one of the instances. */
const event = fc.record({
  instance: fc.nat({ max: 3 }),
  what: fc.oneof(
    { weight: 12, arbitrary: fc.record({ calls: fc.integer({ min: 1, max: 25 }) }) },
    { weight: 1, arbitrary: fc.record({ pause: fc.integer({ min: 1, max: 200_000 }) }) },
    { weight: 2, arbitrary: fc.constant({ isSwept: true }) },
    { weight: 1, arbitrary: fc.constant({ isKilled: true }) },
    { weight: 1, arbitrary: fc.constant({ isStopped: true }) },
    { weight: 1, arbitrary: fc.record({ failing: fc.constantFrom(0, 0.1, 0.5, 1) }) },
  ),
  pause: fc.oneof(
    fc.constantFrom(0, minute - 1, minute, 1_000, 90_000),
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: 0, max: 300 }),
  ),
});

const history = fc.record({
  seed: fc.integer(),
  latency: fc.constantFrom(1, 50, 2_000),
  slack: fc.constantFrom(0, 0, 5),
  events: fc.array(event, { maxLength: 40 }),
});

function admittedIn(instances: readonly WorldInstance[]): number[] {
  return instances.flatMap(({ decided }) => decided.filter(({ taken }) => taken?.isAllowed).map(({ at }) => at));
}

/** Calls again and again, as a client does that heeds Retry-After, for so long. */
async function insist(world: World, instance: WorldInstance, ms: number): Promise<void> {
  for (const end = world.time + ms; world.time < end; ) {
    instance.call(rate);
    await world.advance(200);
  }
}

describe('a limit that instances share', () => {
  test(`${verifies('RATE-3')} is never exceeded by more than the slack: crashes, pauses, lost answers, clocks apart`, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ seed, latency, slack, events }) => {
        const world = createWorld({ seed, latency, slack });
        const offsets = [0, 3_600_000, -5_000_000, 17];
        const running = offsets.map(clockOffset => world.add({ clockOffset }));
        const all = [...running];
        for (const { instance: index, what, pause } of events) {
          const instance = running[index];
          if (!instance) continue;
          if ('calls' in what) for (let call = 0; call < what.calls; call += 1) instance.call(rate);
          if ('isSwept' in what) instance.sweep();
          if ('pause' in what) instance.pause(what.pause);
          if ('failing' in what) world.failing = what.failing;
          if ('isStopped' in what) void instance.stop();
          if ('isKilled' in what) instance.kill();
          if ('isKilled' in what || 'isStopped' in what) {
            const next = world.add({ clockOffset: offsets[index] ?? 0 });
            running[index] = next;
            all.push(next);
          }
          await world.advance(pause);
        }
        await world.advance(200_000);
        expect(fullestMinute(admittedIn(all))).toBeLessThanOrEqual(rate + slack);
      }),
      { numRuns: 60 },
    );
  }, 300_000);

  test(`${verifies('RATE-3', 'RATE-1')} one instance alone decides as if there were no sharing`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.nat({ max: 90_000 }), { maxLength: 80 }), async (seed, gaps) => {
        const world = createWorld({ seed, latency: 0, slack: 0 });
        const instance = world.add({ clockOffset: 0 });
        const admitted: number[] = [];
        for (const gap of gaps) {
          await world.advance(gap % 3 === 0 ? gap : gap % 700);
          instance.call(10);
          await world.advance(0);
          const taken = instance.decided.at(-1)?.taken;
          const before = admitted.filter(time => time > world.time - minute).length;
          expect(taken?.isAllowed).toBe(before < 10);
          if (taken?.isAllowed) admitted.push(world.time);
          expect(taken?.remaining).toBe(10 - admitted.filter(time => time > world.time - minute).length);
        }
      }),
      { numRuns: 50 },
    );
  }, 300_000);

  test(`${verifies('RATE-3')} all of it can be had on any instance, also when another has just had it`, async () => {
    const world = createWorld({ seed: 1, latency: 5, slack: 0 });
    const [first, second] = [world.add({ clockOffset: 0 }), world.add({ clockOffset: 900 })];
    for (let call = 0; call < rate + 5; call += 1) first.call(rate);
    await world.advance(5_000);
    expect(admittedIn([first])).toHaveLength(rate);
    second.call(rate);
    await world.advance(5_000);
    const [refused] = second.decided;
    expect(refused?.taken).toMatchObject({ isAllowed: false, limit: rate, remaining: 0 });
    // The clock of the second is 900 ms ahead.
    expect((refused?.taken?.resetAt ?? 0) - (refused?.at ?? 0)).toBeLessThanOrEqual(minute);
    await world.advance(minute - 10_000 + 500);
    await insist(world, second, 20_000);
    expect(admittedIn([second])).toHaveLength(rate);
  });

  test(`${verifies('RATE-3')} calls to each instance in turn get all of the limit, and it is soon known when there is more`, async () => {
    const world = createWorld({ seed: 2, latency: 5, slack: 0 });
    const instances = [0, 1, 2].map(index => world.add({ clockOffset: index * 1_000 }));
    for (let call = 0; call < rate; call += 1) {
      instances[call % 3]?.call(rate);
      await world.advance(600);
    }
    await world.advance(2_000);
    expect(admittedIn(instances).length).toBe(rate);
  });

  test(`${verifies('RATE-3')} two instances that are called too much get about half each`, async () => {
    const world = createWorld({ seed: 3, latency: 5, slack: 0 });
    const instances = [world.add({ clockOffset: 0 }), world.add({ clockOffset: 0 })];
    const [first, second] = instances;
    if (first) await insist(world, first, 5_000);
    for (const end = world.time + 4 * minute; world.time < end; ) {
      first?.call(rate);
      second?.call(rate);
      await world.advance(100);
    }
    const late = (instance: WorldInstance | undefined) =>
      admittedIn(instance ? [instance] : []).filter(at => at > 3 * minute && at <= 4 * minute).length;
    expect(late(first) + late(second)).toBeGreaterThanOrEqual(rate - 4);
    expect(Math.min(late(first), late(second))).toBeGreaterThanOrEqual(rate / 3);
  });

  test(`${verifies('RATE-3')} the share of a killed instance comes back, after its calls have left the window`, async () => {
    const world = createWorld({ seed: 4, latency: 5, slack: 0 });
    const [first, second] = [world.add({ clockOffset: 0 }), world.add({ clockOffset: 0 })];
    for (let call = 0; call < rate; call += 1) first.call(rate);
    await world.advance(3_000);
    first.kill();
    await insist(world, second, minute - 4_000);
    expect(admittedIn([second])).toHaveLength(0);
    await insist(world, second, minute);
    expect(admittedIn([second])).toHaveLength(rate);
    expect(fullestMinute(admittedIn([first, second]))).toBe(rate);
  });

  test(`${verifies('RATE-3')} an instance that is stopped leaves what it has not used`, async () => {
    const world = createWorld({ seed: 5, latency: 5, slack: 0 });
    const [first, second] = [world.add({ clockOffset: 0 }), world.add({ clockOffset: 0 })];
    for (let call = 0; call < 4; call += 1) first.call(rate);
    await world.advance(1_000);
    const stopped = first.stop();
    await world.advance(1_000);
    await stopped;
    for (let call = 0; call < rate; call += 1) second.call(rate);
    await world.advance(5_000);
    expect(admittedIn([second])).toHaveLength(rate - 4);
  });

  test(`${verifies('RATE-3')} without the database nothing is admitted beyond what is agreed, and soon nothing at all`, async () => {
    const world = createWorld({ seed: 6, latency: 5, slack: 0 });
    const instance = world.add({ clockOffset: 0 });
    instance.call(rate);
    await world.advance(1_000);
    world.failing = 1;
    for (let call = 0; call < rate; call += 1) instance.call(rate);
    await world.advance(12_000);
    expect(admittedIn([instance]).length).toBeLessThan(rate);
    const before = admittedIn([instance]).length;
    await insist(world, instance, 2 * minute);
    expect(admittedIn([instance])).toHaveLength(before);
    world.failing = 0;
    await world.advance(5_000);
    await insist(world, instance, 20_000);
    expect(admittedIn([instance]).filter(at => at > 2 * minute)).toHaveLength(rate);
  });
});
