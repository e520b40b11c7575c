import { expect, test } from 'vitest';
import type { AuditLog } from '../../../plugins/security/audit/audit-log.ts';
import { retireOld } from '../../../plugins/security/audit/retention.ts';
import { createSigner, type Signer } from '../../../plugins/security/audit/signer.ts';
import { always, equals, type Runtime } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores } from '../../support/stores.ts';
import { type AuditLogs, entryModel, headModel, tipModel, withAuditLogs } from './audit-logs.ts';
import type { House } from './house.ts';

const day = 86_400_000;

describeOnStores('retention of the log', open => {
  let house: House;
  let logs: AuditLogs;

  withAuditLogs(open, made => {
    ({ house, logs } = made);
  });

  const retire = (log: AuditLog, more: { runtime?: Runtime; signer?: Signer; signal?: AbortSignal } = {}) =>
    retireOld({ runtime: house.runtime, signer: undefined, log, days: 90, pause: async () => {}, ...more });
  const count = (model: string) => logs.store.count({ model, where: always });

  test(`${verifies('AUD-5')} deletes what is older than so many days, and the rest is still proven`, async () => {
    const log = logs.open();
    await logs.fill(log, 1_200);
    house.clock.now += 60 * day;
    await logs.fill(log, 30);
    await log.note();
    expect(await retire(log)).toBe(0);
    house.clock.now += 40 * day;
    await logs.fill(log, 5);
    await log.note();
    expect(await retire(log)).toBe(1_200);
    expect(await count(entryModel)).toBe(35);
    const report = await logs.verify();
    expect(report).toMatchObject({ isWhole: true, entries: 35, removed: [{ sequence: 1_200, count: 1_200 }] });

    const [first, , third] = await logs.entries();
    if (!first || !third) throw new Error('no entries');
    await logs.remove(entryModel, first);
    expect((await logs.verify()).faults).toMatchObject([{ kind: 'missing', sequence: 1_201 }]);
    await logs.insert(entryModel, first);
    await logs.change(entryModel, third, { user_login: 'mallory' });
    expect((await logs.verify()).faults).toMatchObject([{ kind: 'edited', sequence: 1_203 }]);
  });

  test('takes out chains of which everything is old, and in the end what told of them', async () => {
    const stopped = logs.open();
    await logs.fill(stopped, 20);
    await stopped.close();
    const running = logs.open();
    await logs.fill(running, 1);
    await running.note();
    for (let passed = 0; passed < 200; passed += 10) {
      house.clock.now += 10 * day;
      await logs.fill(running, 1);
      await running.note();
      await retire(running);
      const { faults } = await logs.verify();
      expect(faults).toEqual([]);
    }
    expect(await count(tipModel)).toBe(1);
    expect(await count(entryModel)).toBe(9);
    // A daily and a retention head each time, for as long as they are kept.
    expect(await count(headModel)).toBeLessThanOrEqual(19);
  });

  test('killed in between is taken up again, and nothing is amiss meanwhile', async () => {
    const log = logs.open();
    await logs.fill(log, 1_600);
    house.clock.now += 100 * day;
    await logs.fill(log, 2);
    const stop = new AbortController();
    const interrupted = retireOld({
      runtime: house.runtime,
      signer: undefined,
      log,
      days: 90,
      signal: stop.signal,
      pause: async () => stop.abort(),
    });
    await expect(interrupted).rejects.toThrow();
    expect(await count(entryModel)).toBe(1_102);
    expect(await logs.verify()).toMatchObject({ isWhole: true });
    expect(await retire(log)).toBe(1_100);
    expect(await logs.verify()).toMatchObject({ isWhole: true, entries: 2 });
  });

  test('done by two instances at once is done all the same', async () => {
    const [one, other] = [logs.open(), logs.open()];
    await logs.fill(one, 700);
    await logs.fill(other, 700);
    house.clock.now += 100 * day;
    await logs.fill(one, 1);
    await logs.fill(other, 1);
    await Promise.all([retire(one), retire(other)]);
    expect(await count(entryModel)).toBe(2);
    expect(await logs.verify()).toMatchObject({ isWhole: true });
  });

  test(`${verifies('AUD-5')} cannot be pretended by one who has no key`, async () => {
    const signer = createSigner('k'.repeat(40));
    const old = logs.open();
    await logs.fill(old, 3);
    await old.note();
    const log = logs.open(signer);
    await logs.fill(log, 10);
    await log.note();
    const [{ chain, hash } = { chain: '', hash: '' }] = await logs.entries(equals('sequence', 5));
    // The chain from before signing began may go on unsigned, but not explain what is missing.
    const tip = { chain: String(chain), sequence: 5, hash: String(hash), head: 0, headHash: '0'.repeat(64) };
    await old.retire([{ ...tip, count: 5, before: new Date(house.clock.now).toISOString() }]);
    const doomed = (await logs.entries(equals('chain', String(chain)))).slice(0, 5);
    await logs.remove(entryModel, ...doomed);
    const { faults } = await logs.verify({ signer });
    expect(faults.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['head-unsigned', null],
      ['missing', 1],
    ]);
  });

  test('keeps what a clock that was set back has put behind something new', async () => {
    const log = logs.open();
    await logs.fill(log, 3);
    house.clock.now += 100 * day;
    await logs.fill(log, 1);
    house.clock.now -= 150 * day;
    await logs.fill(log, 2);
    await log.note();
    house.clock.now += 160 * day;
    await logs.fill(log, 1);
    expect(await retire(log)).toBe(3);
    expect(await logs.verify()).toMatchObject({ isWhole: true, entries: 4 });
  });
});
