import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { orderedIds } from '../../../plugins/security/audit/ordered-ids.ts';

test('each id is larger than the one before, whatever the clock does', () => {
  let time = Date.parse('2026-03-01T00:00:00Z');
  const next = orderedIds({ now: () => time, randomBytes });
  const ids: string[] = [];
  for (const step of [0, 0, 1, -5_000, 0, 3, 10_000, -1, 0]) {
    time += step;
    ids.push(next());
  }
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{24}$/);
});

test('more than a million within one millisecond of a clock that stands', () => {
  const next = orderedIds({ now: () => 1, randomBytes });
  let last = next();
  for (let count = 0; count < 1_100_000; count += 1) {
    const id = next();
    if (id <= last) throw new Error(`${id} after ${last}`);
    last = id;
  }
  expect(last.length).toBe(24);
});

test('two writers at one time have different ids', () => {
  const [one, other] = [orderedIds({ now: () => 1, randomBytes }), orderedIds({ now: () => 1, randomBytes })];
  expect(one()).not.toBe(other());
});
