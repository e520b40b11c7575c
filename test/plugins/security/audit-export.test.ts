import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from 'csv-parse';
import { parse as parseWhole } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exportLog } from '../../../plugins/security/audit/export-log.ts';
import { always, type Row } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, sqliteStore, type TestStore } from '../../support/stores.ts';
import { type AuditLogs, auditLogs, withAuditLogs } from './audit-logs.ts';
import { type House, openHouse } from './house.ts';

/** Bytes that are reachable. */
const collectGarbage = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeOnStores('audit export', open => {
  let house: House;
  let logs: AuditLogs;

  withAuditLogs(open, async made => {
    ({ house, logs } = made);
    await house.user('sara');
  });

  const run = (...line: string[]) => house.command(['audit', ...line]);

  test(`${verifies('AUD-4')} writes what audit list shows, as CSV and as one JSON object a line`, async () => {
    const { key } = await house.key({});
    const hostile = { name: '=cmd|"/C calc"!A0', version: '@SUM(A1)', userAgent: 'x;=1+1' };
    await house.call({ key, client: hostile, tool: 'search', args: { model: 'x.vault' } });
    house.clock.now += 1_000;
    await house.call({ key, tool: 'search', args: { model: 'x.partner' } });
    const listed = (await run('list', '--json')) as { callId: string }[];

    const json = String(await run('export', '--format', 'json'));
    expect(
      json
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual(listed.toReversed());

    const [first, second] = parseWhole(String(await run('export', '--format', 'csv')), { columns: true });
    expect(first).toMatchObject({
      call_id: listed[1]?.callId,
      outcome: 'denied',
      stage: 'model',
      models: 'x.vault',
      client_name: `'=cmd|"/C calc"!A0`,
      client_version: "'@SUM(A1)",
      user_agent: "x;'=1+1",
      sequence: '1',
    });
    expect(second).toMatchObject({ call_id: listed[0]?.callId, outcome: 'ok', unlisted: '[]' });
  });

  test(`${verifies('AUD-4')} loses and repeats nothing where many entries bear the same time`, async () => {
    const log = logs.open();
    await logs.fill(log, 2_500, { call: { receivedAt: house.clock.now } as never });
    const ids: string[] = [];
    for await (const { text, entries } of exportLog({ store: logs.store, where: always, format: 'json' })) {
      expect(entries).toBeLessThanOrEqual(1_000);
      for (const line of text.trimEnd().split('\n')) ids.push(JSON.parse(line).callId);
    }
    expect(ids).toHaveLength(2_500);
    expect(new Set(ids).size).toBe(2_500);
  });

  test('finds entries however far apart they are, and whatever somebody has made of a time', async () => {
    const log = logs.open();
    const now = house.clock.now;
    for (const time of [0, 1, now - 10_000 * 86_400_000, now - 3_600_001, now, now, now + 1_500 * 86_400_000]) {
      await logs.fill(log, 2, { call: { receivedAt: time } as never });
    }
    const count = async () => {
      let found = 0;
      for await (const { entries } of exportLog({ store: logs.store, where: always, format: 'json' })) found += entries;
      return found;
    };
    expect(await count()).toBe(14);
    const [entry] = await logs.entries();
    await logs.change('security.audit-entry', entry as Row, { time: '2026-13-77' });
    expect(await count()).toBe(14);
  });

  test(`${verifies('AUD-4')} takes the filters of audit list`, async () => {
    const { key } = await house.key({});
    await house.call({ key, tool: 'search', args: { model: 'x.partner' }, address: '198.51.100.9' });
    await house.call({ key, tool: 'search', args: { model: 'x.vault' } });
    await house.call({ key, tool: 'read', args: { ids: [`x.partner/${'f'.repeat(24)}`] } });
    await house.call({});
    const count = async (...filter: string[]) => {
      const lines = String((await run('export', '--format', 'json', ...filter)) ?? '').trimEnd();
      const listed = (await run('list', '--json', ...filter)) as unknown[];
      expect(lines === '' ? 0 : lines.split('\n').length).toBe(listed.length);
      return listed.length;
    };
    expect(await count()).toBe(4);
    expect(await count('--tool', 'search')).toBe(2);
    expect(await count('--stage', 'authenticate')).toBe(1);
    expect(await count('--address', '198.51.100.9')).toBe(1);
    expect(await count('--outcome', 'denied')).toBe(3);
    expect(await count('--user', 'sara', '--model', 'x.partner')).toBe(2);
    expect(await count('--tool', 'search', '--stage', 'execute')).toBe(0);
    expect(await count('--until', '1h')).toBe(0);
  });

  test('makes a file that only its owner can read, and touches none that is there', async () => {
    await logs.fill(logs.open(), 3);
    const file = join(folder, 'log.csv');
    await run('export', '--format', 'csv', '--out', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parseWhole(readFileSync(file))).toHaveLength(4);

    writeFileSync(file, 'precious');
    const refused = { code: 'EXPORT_FAILED', publicMessage: expect.stringContaining(file) };
    await expect(run('export', '--format', 'json', '--out', file)).rejects.toMatchObject(refused);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    await expect(run('export', '--format', 'json', '--out', join(folder, 'no', 'log'))).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
    });
  });

  test.each([
    [['--format', 'xml'], '--format'],
    [['--format', 'csv', '--outcome', 'fine'], '--outcome'],
    [['--format', 'csv', '--since', 'yesterday'], '--since'],
  ])('a wrong option is named: %j', async (line, option) => {
    const file = join(folder, 'log');
    await expect(run('export', ...line, '--out', file)).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      publicMessage: expect.stringContaining(option),
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a large log', () => {
  const size = 200_000;
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await sqliteStore();
    house = await openHouse({ location: store.location });
    const logs = auditLogs(house);
    const log = logs.open();
    for (let done = 0; done < size; done += 10_000) await logs.fill(log, 10_000);
    await log.close();
  }, 240_000);
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  test(`${verifies('AUD-4')} is exported with memory for a few pages`, { timeout: 240_000 }, async () => {
    const { store: rows } = house.runtime;
    const used: number[] = [];
    let bytes = 0;
    for await (const { text } of exportLog({ store: rows, where: always, format: 'csv' })) {
      bytes += text.length;
      if (used.length * 6_000_000 < bytes) used.push(heapInUse());
    }
    // None of it stays.
    expect(bytes).toBeGreaterThan(60_000_000);
    expect(used.length).toBeGreaterThan(9);
    expect(Math.max(...used) - (used[1] ?? 0)).toBeLessThan(20_000_000);
  });

  test(`${verifies('AUD-4')} is exported whole`, { timeout: 240_000 }, async () => {
    const file = join(folder, 'log.csv');
    await house.command(['audit', 'export', '--format', 'csv', '--out', file]);
    const seen = new Set<string>();
    for await (const row of createReadStream(file).pipe(parse({ columns: true }))) seen.add(row.call_id);
    expect(seen.size).toBe(size);

    const lines = join(folder, 'log.ndjson');
    await house.command(['audit', 'export', '--format', 'json', '--out', lines]);
    let count = 0;
    for await (const line of createInterface({ input: createReadStream(lines) })) {
      if (seen.has(JSON.parse(line).callId)) count += 1;
    }
    expect(count).toBe(size);
  });

  test(`${verifies('AUD-3')} is verified whole, and one edit in it is found`, { timeout: 240_000 }, async () => {
    const logs = auditLogs(house);
    expect(await logs.verify()).toMatchObject({ isWhole: true, entries: size });
    const [entry] = await logs.entries({ kind: 'compare', field: 'sequence', operator: '=', value: 123_456 });
    if (!entry) throw new Error('no entry');
    await logs.change('security.audit-entry', entry, { touched: 1_000 });
    expect((await logs.verify()).faults).toMatchObject([{ kind: 'edited', sequence: 123_456, callId: entry.call_id }]);
  });
});
