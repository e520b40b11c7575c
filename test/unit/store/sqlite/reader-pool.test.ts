import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PointReader, pointReader } from '../../../../src/store/sqlite/point-reader.ts';
import { type ReaderPool, readerPool } from '../../../../src/store/sqlite/reader-pool.ts';

// Millions of pairs take seconds, and on a busy machine a minute.
vi.setConfig({ testTimeout: 300_000 });
/** ms that no query here comes near to. */
const ample = 600_000;

let folder = '';
let planner: PointReader;
let pool: ReaderPool;
const closing = new Int32Array(new SharedArrayBuffer(4));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-pool-'));
  const path = join(folder, 'test.db');
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE thing (kind TEXT, name TEXT);
    CREATE INDEX by_kind ON thing (kind);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000)
    INSERT INTO thing SELECT iif(n = 7, 'rare', 'common'), 'name ' || n FROM c`);
  db.close();
  Atomics.store(closing, 0, 0);
  const generation = () => 0;
  planner = pointReader({ path, clock: () => performance.now(), generation });
  pool = readerPool({ data: { path, closing }, now: Date.now, generation, planner });
});
afterEach(async () => {
  Atomics.store(closing, 0, 1);
  await pool.close();
  planner.close();
  rmSync(folder, { recursive: true, force: true });
});

const pairs = (kind: string) => ({
  sql: 'SELECT COUNT(*) FROM thing a JOIN thing b ON b.kind = a.kind WHERE in_time(a.rowid + b.rowid) AND a.kind = ?',
  params: [kind],
});
const scan = {
  sql: `SELECT COUNT(*) FROM thing a, thing b, thing c WHERE in_time(a.rowid + b.rowid + c.rowid) AND a.name || b.name || c.name = ''`,
  params: [],
};

test('scans, however many, do not hold up what an index answers', async () => {
  const scans = Array.from({ length: 6 }, () => pool.run(scan, ample).catch(error => error.code));
  let ended = 0;
  for (const one of scans) void one.then(() => ended++);
  for (let time = 0; time < 20; time += 1) expect(await pool.run(pairs('rare'), ample)).toEqual([[1]]);
  expect(ended).toBe(0);
  Atomics.store(closing, 0, 1);
  await pool.close();
  expect(await Promise.all(scans)).toEqual(scans.map(() => 'STORE_UNAVAILABLE'));
});

test('what only looks quick is answered all the same, and does not hold up the others', async () => {
  const common = Array.from({ length: 3 }, () => pool.run(pairs('common'), ample));
  expect(await pool.run(pairs('rare'), ample)).toEqual([[1]]);
  expect(await Promise.all(common)).toEqual(common.map(() => [[1999 * 1999]]));
});

test('what only looks quick has its own time limit', async () => {
  await expect(pool.run(pairs('common'), 80)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
});
