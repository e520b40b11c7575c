import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuditLog } from '../../../plugins/security/audit/audit-log.ts';
import { createSigner } from '../../../plugins/security/audit/signer.ts';
import { signerOf } from '../../../plugins/security/audit/signing-key.ts';
import { equals, kernelErrors, type Row, type Runtime, type WriteOperation } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, sqliteStore } from '../../support/stores.ts';
import { type AuditLogs, auditLogs, entryModel, headModel, tipModel, withAuditLogs } from './audit-logs.ts';
import { type House, openHouse } from './house.ts';

describeOnStores('heads of the log', open => {
  let house: House;
  let logs: AuditLogs;
  let folder: string;

  withAuditLogs(open, made => {
    ({ house, logs } = made);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const verify = (...line: string[]) => house.command(['audit', 'verify', '--json', ...line]);
  const headsOf = async (chain: unknown) =>
    logs.store.find({
      model: headModel,
      where: equals('chain', String(chain)),
      order: [{ field: 'number', descending: false }],
    });

  /** A runtime whose store loses the connection in the middle of writes: of each, so many operations are stored. */
  function losing(stored: () => number | undefined): Runtime {
    const { runtime } = house;
    const write = async (operations: readonly WriteOperation[], options?: { atomic?: boolean }) => {
      const left = stored();
      if (left === undefined) return runtime.store.write(operations, options);
      if (left > 0) await runtime.store.write(operations.slice(0, left), options);
      throw kernelErrors.STORE_UNAVAILABLE();
    };
    const { info, capabilities } = runtime.store;
    return { ...runtime, store: { ...runtime.store, info, capabilities, write } };
  }

  test.each([0, 1, 3])(
    `${verifies('AUD-3')} a write that fails with %i of 5 entries stored leaves nothing amiss`,
    async left => {
      let stored: number | undefined;
      const log = createAuditLog({ runtime: losing(() => stored) });
      await logs.fill(log, 4);
      const [{ chain } = { chain: '' }] = await logs.entries();
      stored = left;
      await expect(logs.fill(log, 5)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await expect(log.note()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      stored = undefined;
      await logs.fill(log, 3);
      await log.note();
      expect(await logs.verify()).toMatchObject({ isWhole: true, chains: 2, entries: 4 + left + 3 });
      expect((await headsOf(chain)).map(({ kind, sequence, attempted }) => [kind, sequence, attempted])).toEqual([
        ['begin', 0, null],
        ['end', 4, 9],
      ]);
      // More than was tried is not explained by it.
      const tail = await logs.entries(equals('chain', String(chain)));
      await logs.remove(entryModel, ...tail.slice(3));
      expect((await logs.verify()).faults).toMatchObject([{ kind: 'tail-cut', chain, sequence: 4 }]);
    },
  );

  test('a head whose write is lost is not written twice', async () => {
    let stored: number | undefined;
    const log = createAuditLog({ runtime: losing(() => stored) });
    await logs.fill(log, 2);
    await log.note();
    house.clock.now += 86_400_000;
    stored = 1;
    await expect(log.note()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    stored = undefined;
    await log.note();
    await log.note();
    const [{ chain } = { chain: '' }] = await logs.entries();
    expect((await headsOf(chain)).map(({ kind }) => kind)).toEqual(['begin', 'daily']);
    expect(await logs.verify()).toMatchObject({ isWhole: true });
  });

  test('a tip that somebody moved is put right, and the log of the server tells of it', async () => {
    const told: unknown[] = [];
    const log = { ...house.runtime.log, error: (...parts: unknown[]) => told.push(parts) } as unknown as Runtime['log'];
    const audit = createAuditLog({ runtime: { ...house.runtime, log } });
    await logs.fill(audit, 3);
    await audit.note();
    const [tip] = await logs.store.find({ model: tipModel, where: { kind: 'all', of: [] } });
    await logs.change(tipModel, tip as Row, { sequence: 1 });
    await logs.fill(audit, 1);
    await audit.note();
    expect(JSON.stringify(told)).toContain('changed or removed by somebody else');
    expect(await logs.verify()).toMatchObject({ isWhole: true, unproven: [] });
  });

  test('a signed head of another key, or of none, does not pass for one of this key', async () => {
    const signer = createSigner('k'.repeat(40));
    const first = logs.open(signer);
    await logs.fill(first, 2);
    await first.close();
    for (const other of [undefined, createSigner('o'.repeat(40))]) {
      const log = logs.open(other);
      await logs.fill(log, 1);
      await log.close();
      const kinds = (await logs.verify({ signer })).faults.map(({ kind }) => kind);
      expect(new Set(kinds)).toEqual(new Set(['head-unsigned']));
    }
  });

  test(`${verifies('AUD-3')} what audit head printed, kept elsewhere, shows that the log was put back`, async () => {
    const log = logs.open();
    await logs.fill(log, 5);
    await log.note();
    const before = await logs.entries();
    const [tip] = await logs.store.find({ model: tipModel, where: { kind: 'all', of: [] } });
    await logs.fill(log, 4);
    await log.note();
    const file = join(folder, 'head.json');
    await writeFile(file, JSON.stringify(await house.command(['audit', 'head', '--json'])));
    expect(await verify('--against', file)).toMatchObject({ isWhole: true });

    // As an old copy of the database has it: whole in itself.
    await logs.remove(entryModel, ...(await logs.entries()).slice(before.length));
    await logs.store.write([{ kind: 'remove', model: tipModel, where: equals('id', tip?.id ?? '') }]);
    await logs.insert(tipModel, tip as Row);
    expect(await verify()).toMatchObject({ isWhole: true });
    await expect(verify('--against', file)).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      publicMessage: expect.stringContaining('tail-cut'),
    });
    await writeFile(file, '{"tips":[{"chain":1}]}');
    await expect(verify('--against', file)).rejects.toMatchObject({ code: 'FILTER_INVALID' });
  });

  describe('audit verify of a period', () => {
    test('looks at its entries, and at those beside it', async () => {
      const log = logs.open();
      await logs.fill(log, 30);
      await log.close();
      const entries = await logs.entries();
      const [since, until] = [entries[10]?.time, entries[20]?.time].map(String);
      const period = { since: since ?? '', until: until ?? '' };
      expect(await logs.verify(period)).toMatchObject({ isWhole: true, entries: 12 });
      const target = (index: number) => entries[index] as Row;
      const found = async () => (await logs.verify(period)).faults.map(({ kind, sequence }) => [kind, sequence]);

      await logs.change(entryModel, target(2), { reason: 'x' });
      expect(await found()).toEqual([]);
      await logs.change(entryModel, target(15), { reason: 'x' });
      expect(await found()).toEqual([['edited', 16]]);
      // Moved out of the period by its time.
      await logs.change(entryModel, target(10), { time: String(target(0).time) });
      expect(await found()).toEqual([
        ['edited', 11],
        ['edited', 16],
      ]);
      await logs.remove(entryModel, target(18));
      expect((await found()).at(-1)).toEqual(['missing', 19]);
    });
  });

  test('audit verify prints what is wrong and where, and fails', async () => {
    const log = logs.open();
    await logs.fill(log, 3);
    await log.close();
    expect(await verify()).toMatchObject({ isWhole: true, entries: 3, faults: [] });
    const [, second] = await logs.entries();
    await logs.change(entryModel, second as Row, { user_login: 'mallory' });
    await expect(verify()).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      publicMessage: expect.stringMatching(
        new RegExp(`in one place: edited: chain ${second?.chain}, entry 2, call ${second?.call_id}`),
      ),
    });
  });

  test('no more than a hundred faults are told', async () => {
    const log = logs.open();
    await logs.fill(log, 300);
    await log.close();
    for (const entry of (await logs.entries()).slice(0, 150)) await logs.change(entryModel, entry, { code: 'x' });
    expect((await logs.verify()).faults).toHaveLength(100);
  });
});

test(`${verifies('AUD-3')} a copy of the database that is put back is whole in itself, and found by a later head`, async () => {
  const store = await sqliteStore();
  const file = store.location.replace('sqlite:', '');
  const folder = dirname(file);
  try {
    const open = async () => {
      const house = await openHouse({ location: store.location });
      return { house, logs: auditLogs(house) };
    };
    const first = await open();
    const log = first.logs.open();
    await first.logs.fill(log, 5);
    await log.close();
    await first.house.stop();
    await cp(folder, `${folder}-old`, { recursive: true });
    const second = await open();
    const later = second.logs.open();
    await second.logs.fill(later, 5);
    await later.close();
    const head = (await second.house.command(['audit', 'head', '--json'])) as object;
    await second.house.stop();
    await rm(folder, { recursive: true });
    await cp(`${folder}-old`, folder, { recursive: true });
    const third = await open();
    expect(await third.logs.verify()).toMatchObject({ isWhole: true, entries: 5 });
    await writeFile(`${file}.head`, JSON.stringify(head));
    await expect(third.house.command(['audit', 'verify', '--against', `${file}.head`])).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
    });
    await third.house.stop();
  } finally {
    await rm(`${folder}-old`, { recursive: true, force: true });
    await store.drop();
  }
});

test.each([
  [null, {}, false],
  [null, { GATEHOUSE_AUDIT_KEY: '' }, false],
  [null, { GATEHOUSE_AUDIT_KEY: 'e'.repeat(32) }, true],
  ['s'.repeat(32), {}, true],
])('the key comes from the settings or the environment: %j, %j', (setting, env, isThere) => {
  expect(signerOf(setting, env) !== undefined).toBe(isThere);
});

test('a key that is too short is refused', () => {
  expect(() => signerOf(null, { GATEHOUSE_AUDIT_KEY: 'short' })).toThrow(/at least 32/);
});
