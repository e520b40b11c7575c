import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelErrors } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from './house.ts';

const day = 86_400_000;
const model = 'x.partner';

describeOnStores('volume quotas', open => {
  let store: TestStore;
  let house: House;
  /** A second instance on the same store. */
  let twin: House;
  const clock = { now: Date.parse('2026-11-23T12:00:00Z') };
  const settings = { volume: { recordsPerDay: null, perUser: 400 } };

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location, settings, clock });
    twin = await openHouse({ location: store.location, settings, clock });
    for (const login of ['sara', 'rick', 'sam']) await house.user(login);
    const partners = Array.from({ length: 60 }, (_, index) => ({ name: `Partner ${index}`, owner: `owner ${index}` }));
    for (const partner of partners) await house.runtime.system('test').of(model).create([partner]);
  });

  afterAll(async () => {
    await house?.stop();
    await twin?.stop();
    await store?.drop();
  });

  const search = (key: string, limit: number, at = house) => at.call({ key, tool: 'search', args: { model, limit } });
  const untilMidnight = () => Math.ceil((day - (clock.now % day)) / 1000);

  test(`${verifies('RATE-4')} records are counted as they leave; at the end 429 until midnight UTC, and the next day begins anew`, async () => {
    const { key, prefix } = await house.key({ recordsPerDay: 50 });
    for (const limit of [20, 20]) expect((await search(key, limit)).code).toBeUndefined();
    const tooMany = await search(key, 20);
    expect(tooMany.refusal).toMatchObject({
      stage: 'redact',
      error: { code: 'QUOTA_EXCEEDED', data: { limit: 50, remaining: 10, retryAfter: untilMidnight() } },
    });
    expect(tooMany.refusal?.error.publicMessage).toContain('ask for fewer');
    // What did not leave was not counted.
    expect((await search(key, 10)).code).toBeUndefined();
    const over = await search(key, 1);
    expect(over.refusal).toMatchObject({
      stage: 'scope',
      as: 'http',
      error: { code: 'QUOTA_EXCEEDED', status: 429, headers: { 'Retry-After': String(untilMidnight()) } },
    });
    expect(await house.command(['key', 'show', prefix, '--json'])).toMatchObject({
      recordsPerDay: 50,
      recordsToday: 50,
    });
    clock.now += untilMidnight() * 1000 - 1;
    expect((await search(key, 1)).code).toBe('QUOTA_EXCEEDED');
    clock.now += 1;
    expect((await search(key, 50)).code).toBeUndefined();
    expect((await search(key, 1)).code).toBe('QUOTA_EXCEEDED');
  });

  test(`${verifies('RATE-4')} no other way around it: read, fetch, aggregate, a search of everything, another instance`, async () => {
    const { key } = await house.key({ recordsPerDay: 3 });
    const [record] = (await house.runtime.system('test').of(model).search({ limit: 1 })).records;
    const id = record?.id ?? '';
    expect((await house.call({ key, tool: 'read', args: { ids: [id] } })).code).toBeUndefined();
    expect((await twin.call({ key, tool: 'fetch', args: { id } })).code).toBeUndefined();
    expect((await house.call({ key, tool: 'aggregate', args: { model, measures: ['count'] } })).code).toBeUndefined();
    const ways = [
      { tool: 'read', args: { ids: [id] } },
      { tool: 'fetch', args: { id } },
      { tool: 'aggregate', args: { model, groupBy: ['owner'] } },
      { tool: 'search', args: { model } },
      { tool: 'search', args: { query: 'Partner' } },
    ];
    for (const way of ways) {
      for (const at of [house, twin])
        expect([way, (await at.call({ key, ...way })).code]).toEqual([way, 'QUOTA_EXCEEDED']);
    }
    // What reads no record goes on.
    expect((await house.call({ key })).code).toBeUndefined();
    expect((await house.call({ key, tool: 'list_models' })).code).toBeUndefined();
  });

  test(`${verifies('RATE-4')} a search of everything counts what it shows, not what it looked at`, async () => {
    const { key } = await house.key({ recordsPerDay: 100 });
    expect(
      (await house.call({ key, tool: 'search', args: { query: 'Partner', limit: 4, offset: 2 } })).code,
    ).toBeUndefined();
    expect((await search(key, 96)).code).toBeUndefined();
    // 4, and all 60 that there are.
    expect((await search(key, 60)).refusal?.error.data).toMatchObject({ remaining: 36 });
  });

  test(`${verifies('RATE-4', 'POL-1')} a trial says what would be refused, and counts nothing`, async () => {
    const { key, prefix } = await house.key({ recordsPerDay: 30 });
    const trial = async (limit: number) => {
      const { steps } = await house.app.tryCall({
        message: {
          transport: 'http',
          era: 'modern',
          protocolVersion: '2026-07-28',
          method: 'tools/call',
          params: { name: 'search', arguments: { model, limit } },
          client: { name: 'trial', version: '1', userAgent: '', sessionId: undefined },
          address: '203.0.113.7',
          presented: undefined,
          traceparent: undefined,
        },
        caller: { claim: prefix },
      });
      return steps.filter(({ by }) => by.startsWith('volume')).map(({ by, verdict }) => `${by}: ${verdict}`);
    };
    for (let count = 0; count < 3; count += 1) {
      expect(await trial(20)).toEqual(['volume quota: allowed', 'volume counted: allowed']);
    }
    expect(await trial(40)).toEqual(['volume quota: allowed', 'volume counted: denied']);
    expect(await house.command(['key', 'show', prefix, '--json'])).toMatchObject({ recordsToday: 0 });
    expect((await search(key, 30)).code).toBeUndefined();
    expect(await trial(1)).toEqual(['volume quota: denied']);
  });

  test(`${verifies('RATE-4')} without the database no record leaves, and nothing that had not left is held against the caller`, async () => {
    const { key } = await house.key({ recordsPerDay: 100 });
    expect((await search(key, 1)).code).toBeUndefined();
    const { store: stored } = house.runtime;
    const { write } = stored;
    const isVolume = (writes: Parameters<typeof write>[0]) =>
      writes.some(entry => entry.model === 'security.volume-use');
    Object.assign(stored, {
      write: (writes: Parameters<typeof write>[0], options: Parameters<typeof write>[1]) =>
        isVolume(writes) ? Promise.reject(kernelErrors.STORE_UNAVAILABLE()) : write(writes, options),
    });
    expect((await search(key, 50)).code).toBe('STORE_UNAVAILABLE');
    Object.assign(stored, { write });
    expect((await search(key, 60)).code).toBeUndefined();
  });

  test(`${verifies('RATE-4')} calls at once on two instances get the quota exactly, whoever asks first`, async () => {
    const { key } = await house.key({ user: 'rick', recordsPerDay: 200 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => search(key, 10, index % 2 === 0 ? house : twin)),
    );
    const passed = answers.filter(({ code }) => code === undefined).length;
    expect(passed).toBeLessThanOrEqual(20);
    expect(answers.filter(({ code }) => code !== undefined && code !== 'QUOTA_EXCEEDED')).toEqual([]);
    // What one of them had put aside comes back.
    let more = passed;
    await expect
      .poll(
        async () => {
          clock.now += 6_000;
          for (const at of [house, twin]) if ((await search(key, 10, at)).code === undefined) more += 1;
          return more;
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(20);
    expect((await search(key, 1)).code).toBe('QUOTA_EXCEEDED');
  });

  test(`${verifies('RATE-4')} it survives a restart, and a stop gives back what was only put aside`, async () => {
    const { key, prefix } = await house.key({ recordsPerDay: 100 });
    const first = await openHouse({ location: store.location, settings, clock });
    expect((await search(key, 10, first)).code).toBeUndefined();
    await first.stop();
    expect(await house.command(['key', 'show', prefix, '--json'])).toMatchObject({ recordsToday: 10 });
    const second = await openHouse({ location: store.location, settings, clock });
    expect((await search(key, 60, second)).code).toBeUndefined();
    expect((await search(key, 40, second)).refusal?.error.data).toMatchObject({ remaining: 30 });
    await second.stop();
  });

  test(`${verifies('RATE-4')} all keys of a user have one quota together, and a key of another user its own`, async () => {
    const keys = [await house.key({ user: 'sam' }), await house.key({ user: 'sam' })];
    for (let count = 0; count < 8; count += 1) {
      expect((await search(keys[count % 2]?.key ?? '', 50)).code).toBeUndefined();
    }
    for (const { key } of keys) expect((await search(key, 1)).code).toBe('QUOTA_EXCEEDED');
    const { key } = await house.key({ user: 'rick' });
    expect((await search(key, 1)).code).toBeUndefined();
  });

  describe('by the command line', () => {
    test(`${verifies('RATE-4')} a key is made with a quota, which a successor keeps`, async () => {
      const line = ['key', 'create', '--name', 'x', '--user', 'sara', '--scopes', 'read', '--json'];
      const created = await house.command([...line, '--records-per-day', '7']);
      expect(created).toMatchObject({ recordsPerDay: 7, recordsToday: 0 });
      const { prefix } = created as { prefix: string };
      const rotated = await house.command(['key', 'rotate', prefix, '--json']);
      const { successor } = rotated as { successor: { prefix: string } };
      expect(await house.command(['key', 'show', successor.prefix, '--json'])).toMatchObject({ recordsPerDay: 7 });
      for (const bad of ['0', '-1', '1.5', 'many']) {
        await expect(house.command([...line, '--records-per-day', bad])).rejects.toMatchObject({
          code: 'KEY_INVALID',
          publicMessage: expect.stringContaining('--records-per-day'),
        });
      }
    });
  });
});
