import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ReaderLane, readerLane } from '../../../../src/store/sqlite/reader-lane.ts';
import { verifies } from '../../../requirements.ts';

let folder = '';
let lane: ReaderLane;
const closing = new Int32Array(new SharedArrayBuffer(4));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lane-'));
  const path = join(folder, 'test.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE thing (name TEXT)');
  db.close();
  Atomics.store(closing, 0, 0);
  lane = readerLane({ threads: 1, data: { path, closing }, now: Date.now, generation: () => 0 });
});
afterEach(async () => {
  Atomics.store(closing, 0, 1);
  await lane.close();
  rmSync(folder, { recursive: true, force: true });
});

const counting = (to: number, where: string) => ({
  sql: `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${to}) SELECT MAX(n) FROM c WHERE ${where}`,
  params: [],
});
const quick = { sql: 'SELECT ?', params: ['answer'] };
const endless = counting(1e12, 'in_time(n)');
const uninterrupted = counting(2e7, '1');
const limit = 10_000;

test('what runs too long ends with QUERY_TIMEOUT, and the thread goes on', async () => {
  await expect(lane.run(endless, { limit: 100 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  await expect(lane.run(endless, { limit, patience: 50 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  expect(await lane.run(quick, { limit })).toEqual([['answer']]);
});

test('the limit counts while others are served', async () => {
  const first = lane.run(endless, { limit: 600 }).catch(error => error.code);
  const second = lane.run(quick, { limit: 200 }).catch(error => error.code);
  const order: string[] = [];
  void first.then(() => order.push('first'));
  void second.then(() => order.push('second'));
  expect(await Promise.all([first, second])).toEqual(['QUERY_TIMEOUT', 'QUERY_TIMEOUT']);
  expect(order).toEqual(['second', 'first']);
  expect(await lane.run(quick, { limit })).toEqual([['answer']]);
});

test('a thread that cannot be interrupted is given up; another takes over', async () => {
  const stuck = lane.run(uninterrupted, { limit: 100 }).catch(error => error.code);
  const next = lane.run(quick, { limit });
  expect(await next).toEqual([['answer']]);
  expect(await stuck).toBe('QUERY_TIMEOUT');
});

test(`${verifies('STORE-2')} the slow queries of one asker, however many, leave a thread to others`, async () => {
  const path = join(folder, 'test.db');
  const wide = readerLane({ threads: 2, data: { path, closing }, now: Date.now, generation: () => 0 });
  try {
    let ended = 0;
    const greedy = Array.from({ length: 5 }, () =>
      wide.run(endless, { limit: 600_000, asker: 'greedy' }).catch(() => undefined),
    );
    for (const one of greedy) void one.then(() => ended++);
    for (const asker of ['modest', undefined, 'modest']) {
      expect(await wide.run(quick, { limit: 600_000, asker })).toEqual([['answer']]);
    }
    expect(ended).toBe(0);
  } finally {
    Atomics.store(closing, 0, 1);
    await wide.close();
  }
});

test('values of every type and answers of any size', async () => {
  const sql = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) SELECT n, 'x' || n, NULL, n / 2.0, ? FROM c`;
  const rows = await lane.run({ sql, params: ['y'.repeat(1000)] }, { limit });
  expect(rows).toHaveLength(3000);
  expect(rows[2999]).toEqual([3000, 'x3000', null, 1500, 'y'.repeat(1000)]);
});

test('closing ends what runs and what waits', async () => {
  const running = lane.run(endless, { limit }).catch(error => error.code);
  const waiting = lane.run(quick, { limit }).catch(error => error.code);
  await new Promise(resolve => setTimeout(resolve, 200));
  Atomics.store(closing, 0, 1);
  await lane.close();
  expect(await Promise.all([running, waiting])).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
});
