import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { always, equals } from '../../../../src/store/condition.ts';
import type { Store, StoredModel } from '../../../../src/store/port.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { verifies } from '../../../requirements.ts';

let folder = '';
let store: Store | undefined;
const threads: Worker[] = [];
const onThread = (worker: Worker) => threads.push(worker);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-availability-'));
  process.on('worker', onThread);
});
afterEach(async () => {
  process.off('worker', onThread);
  threads.length = 0;
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const name = 'test.thing';
const definition: StoredModel = {
  ...{ name, indexes: [], watched: false },
  fields: [{ name: 'name', type: 'string', index: false, unique: false, searchable: false, folded: false }],
};
const path = () => join(folder, 'gatehouse.db');

async function open(): Promise<Store> {
  store = await openSqliteStore({ path: path(), now: Date.now, queryTimeLimit: 10_000 });
  await store.open([definition]);
  return store;
}

const insert = (on: Store, id: string) => on.write([{ kind: 'insert', model: name, row: { id, name: 'x' } }]);
const ids = async (on: Store) => (await on.find({ model: name, where: always, fields: [] })).map(row => row.id);
const unavailable = { code: 'STORE_UNAVAILABLE' };

describe('the file', () => {
  test.each<[string, () => void]>([
    ['a folder', () => mkdirSync(path())],
    ['something else', () => writeFileSync(path(), 'not a database, but long enough to look like one'.repeat(100))],
    [
      'below a file',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    ],
  ])('is %s: the store does not open, and says which file it is', async (_, prepare) => {
    prepare();
    await expect(open()).rejects.toMatchObject({ ...unavailable, detail: expect.stringContaining(path()) });
  });

  test(`${verifies('STORE-2')} is deleted: nothing more is acknowledged, and no empty one takes its place`, async () => {
    const on = await open();
    await insert(on, '1');
    for (const suffix of ['', '-wal', '-shm']) rmSync(path() + suffix, { force: true });
    await expect(insert(on, '2')).rejects.toMatchObject(unavailable);
    await expect(insert(on, '3')).rejects.toMatchObject(unavailable);
    await expect(on.ping()).rejects.toMatchObject(unavailable);
    expect(existsSync(path())).toBe(false);
  });

  test('is put back: service resumes, with the rows that it holds', async () => {
    const on = await open();
    await insert(on, '1');
    renameSync(path(), join(folder, 'aside.db'));
    await expect(insert(on, '2')).rejects.toMatchObject(unavailable);
    renameSync(join(folder, 'aside.db'), path());
    await insert(on, '3');
    expect(await ids(on)).toEqual(['1', '3']);
    expect(await on.find({ model: name, where: equals('id', '2') })).toEqual([]);
  });

  test('is replaced by a backup: writes and every kind of read use it', async () => {
    const on = await open();
    await insert(on, '1');
    expect(await ids(on)).toEqual(['1']);
    const backup = new DatabaseSync(path());
    backup.exec(`VACUUM INTO '${join(folder, 'backup.db')}'`);
    backup.close();
    await insert(on, '2');
    for (const suffix of ['-wal', '-shm']) rmSync(path() + suffix, { force: true });
    renameSync(join(folder, 'backup.db'), path());
    await insert(on, '3').catch(() => insert(on, '3'));
    expect(await ids(on)).toEqual(['1', '3']);
    expect(await on.find({ model: name, where: equals('id', '2') })).toEqual([]);
    expect(await on.find({ model: name, where: equals('id', '3') })).toHaveLength(1);
  });

  test('is locked by another process: refused in time, reads go on, and service resumes', {
    timeout: 30_000,
  }, async () => {
    const on = await open();
    await insert(on, '1');
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const refused = expect(insert(on, '2')).rejects.toMatchObject(unavailable);
    expect(await ids(on)).toEqual(['1']);
    expect(await on.find({ model: name, where: equals('id', '1') })).toHaveLength(1);
    await refused;
    other.exec('ROLLBACK');
    other.close();
    await insert(on, '3');
    expect(await ids(on)).toEqual(['1', '3']);
  });

  test('is locked for a moment only: the write waits', async () => {
    const on = await open();
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const writing = insert(on, '1');
    await new Promise(resolve => setTimeout(resolve, 300));
    other.exec('COMMIT');
    other.close();
    await writing;
    expect(await ids(on)).toEqual(['1']);
  });

  test('cannot grow: nothing of the write is stored, smaller ones go on', () => {
    const child = join(import.meta.dirname, 'full-disk-child.ts');
    const limited = `ulimit -f 8192; exec "$0" "$1" "$2"`;
    const ended = spawnSync('bash', ['-c', limited, process.execPath, child, path()], { encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({ refused: 'STORE_UNAVAILABLE', rows: 1, after: 2 });
  });
});

describe('a thread', () => {
  test(`${verifies('STORE-2')} that writes ends: what it had is refused, the next write starts another`, async () => {
    const on = await open();
    await insert(on, '1');
    const writing = insert(on, '2');
    await new Promise(process.nextTick);
    void threads[0]?.terminate();
    const outcome = await writing.then(
      () => 'stored',
      error => error.code,
    );
    await insert(on, '3');
    expect(await ids(on)).toEqual(outcome === 'stored' ? ['1', '2', '3'] : expect.arrayContaining(['1', '3']));
    expect(['stored', 'STORE_UNAVAILABLE']).toContain(outcome);
  });

  test('that reads ends: the query is refused, the next one starts another', async () => {
    const on = await open();
    await insert(on, '1');
    await ids(on);
    const reading = ids(on).catch(error => error.code);
    for (const thread of threads.slice(1)) await thread.terminate();
    expect([['1'], 'STORE_UNAVAILABLE']).toContainEqual(await reading);
    expect(await ids(on)).toEqual(['1']);
  });
});

describe('a process', () => {
  test.each([
    ['ends by itself while a store is open', 'idle'],
    ['does not end before its queries and writes are answered', 'busy'],
  ])('%s', (_, task) => {
    const child = join(import.meta.dirname, 'end-child.ts');
    const ended = spawnSync(process.execPath, [child, path(), task], { encoding: 'utf8', timeout: 20_000 });
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status: 0, stdout: `${task}\n` });
  });
});

test('a file that may not be written is refused', async () => {
  if (process.getuid?.() === 0) return;
  await (await open()).close();
  chmodSync(path(), 0o400);
  await expect(open()).rejects.toMatchObject(unavailable);
});
