import { TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CodeVerdict, checkCode } from '../../../plugins/base/plugin.ts';
import { equals, hasCode, parsePublicId } from '../../../src/index.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from '../security/house.ts';

interface Printed {
  readonly uri: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

describeOnStores('one-time codes', open => {
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const enrolled = async (login: string) => {
    const userId = parsePublicId(await house.user(login))?.id ?? '';
    const printed = (await house.command(['user', 'totp', 'enrol', login, '--json'])) as Printed;
    const app = URI.parse(printed.uri);
    if (!(app instanceof TOTP)) throw new Error('not a TOTP');
    const codeAt = (ms: number) => app.generate({ timestamp: ms });
    const check = (code: string) => checkCode(house.runtime, { userId, code });
    return { userId, printed, codeAt, check };
  };
  const resultOf = (verdict: CodeVerdict) => (verdict.ok ? verdict.kind : verdict.reason);

  test('the code of the app counts, once, and so does none that is older', async () => {
    const { codeAt, check } = await enrolled('ola');
    const { now } = house.clock;
    expect(resultOf(await check(codeAt(now)))).toBe('one-time code');
    expect(resultOf(await check(codeAt(now)))).toBe('used-code');
    expect(resultOf(await check(codeAt(now - 30_000)))).toBe('used-code');
    house.clock.now += 30_000;
    expect(resultOf(await check(` ${codeAt(house.clock.now).slice(0, 3)} ${codeAt(house.clock.now).slice(3)}`))).toBe(
      'one-time code',
    );
  });

  test('of many who bring one code at once, one gets through', async () => {
    const { codeAt, check } = await enrolled('race');
    const verdicts = await Promise.all(Array.from({ length: 5 }, () => check(codeAt(house.clock.now))));
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a clock may be off by one step and no more', async () => {
    const { codeAt, check } = await enrolled('skew');
    const { now } = house.clock;
    expect(resultOf(await check(codeAt(now - 61_000)))).toBe('wrong-code');
    expect(resultOf(await check(codeAt(now + 61_000)))).toBe('wrong-code');
    expect(resultOf(await check(codeAt(now - 30_000)))).toBe('one-time code');
    expect(resultOf(await check(codeAt(now + 30_000)))).toBe('one-time code');
  });

  test('guessing ends after five; waits double, even for the right code', async () => {
    const { codeAt, check } = await enrolled('guess');
    const wrong = () => (codeAt(house.clock.now) === '000000' ? '000001' : '000000');
    const results: string[] = [];
    for (let guess = 0; guess < 6; guess += 1) results.push(resultOf(await check(wrong())));
    expect(results).toEqual([...Array.from({ length: 5 }, () => 'wrong-code'), 'too-many-attempts']);
    expect(resultOf(await check(codeAt(house.clock.now)))).toBe('too-many-attempts');
    house.clock.now += 15 * 60_000;
    expect(resultOf(await check(wrong()))).toBe('wrong-code');
    house.clock.now += 15 * 60_000;
    expect(resultOf(await check(codeAt(house.clock.now)))).toBe('too-many-attempts');
    house.clock.now += 15 * 60_000;
    expect(resultOf(await check(codeAt(house.clock.now)))).toBe('one-time code');
  });

  test('a recovery code counts once, for its owner only, however it is typed', async () => {
    const { printed, check } = await enrolled('rico');
    const other = await enrolled('rita');
    const [code = '', next = ''] = printed.recoveryCodes;
    expect(printed.recoveryCodes).toHaveLength(10);
    expect(resultOf(await other.check(code))).toBe('wrong-code');
    expect(resultOf(await check(code.toLowerCase().replaceAll('-', ' ')))).toBe('recovery code');
    expect(resultOf(await check(code))).toBe('wrong-code');
    const both = await Promise.all([check(next), check(next)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a new enrolment voids the old secret and the old recovery codes; removing takes all', async () => {
    const { userId, printed, codeAt, check } = await enrolled('anew');
    await house.command(['user', 'totp', 'enrol', 'anew']);
    expect(resultOf(await check(codeAt(house.clock.now)))).toBe('wrong-code');
    expect(resultOf(await check(printed.recoveryCodes[0] ?? ''))).toBe('wrong-code');
    await house.command(['user', 'totp', 'remove', 'anew']);
    expect(resultOf(await check(codeAt(house.clock.now)))).toBe('not-enrolled');
    expect(await house.runtime.store.count({ model: 'base.recovery-code', where: equals('owner', userId) })).toBe(0);
    const again = house.command(['user', 'totp', 'remove', 'anew']);
    await expect(again).rejects.toSatisfy(error => hasCode(error, 'SECOND_FACTOR_MISSING'));
  });
});
