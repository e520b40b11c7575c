import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Attempts, createAttempts } from '../../../plugins/security/keys/attempts.ts';
import { forgetAttempts, type SharedAttempts, shareAttempts } from '../../../plugins/security/keys/share-attempts.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from './house.ts';

const minutes = 15;
const settings = { free: 3, attempts: 10, minutes };
const claim = { prefix: 'PREFIX12', address: '203.0.113.7' };
const memory = minutes * 60_000;

interface Party {
  readonly attempts: Attempts;
  readonly shared: SharedAttempts;
}

describeOnStores(`${verifies('KEY-9', 'OPS-2')} failed attempts of several instances`, open => {
  let store: TestStore;
  let house: House;

  beforeEach(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
  });
  afterEach(async () => {
    await house.stop();
    await store.drop();
  });

  /** One instance as far as it counts; `skew`: ms that its clock is ahead. */
  function party(skew = 0): Party {
    const now = () => house.clock.now + skew;
    const attempts = createAttempts({ now, settings });
    return { attempts, shared: shareAttempts({ runtime: { ...house.runtime, now }, attempts, memory }) };
  }

  /** What everybody knows, everybody is told. */
  async function exchange(parties: readonly Party[]): Promise<void> {
    for (let round = 0; round < 2; round += 1) for (const { shared } of parties) await shared.exchange();
  }

  const isOpen = (parties: readonly Party[]) => parties.map(({ attempts }) => attempts.isOpen(claim));

  test('are counted together, wherever each of them came to, and lock all out', async () => {
    const parties = [party(), party(4_000), party(-4_000)];
    for (let failure = 0; failure < 2; failure += 1) for (const { attempts } of parties) attempts.failed(claim);
    await exchange(parties);
    // Six: the wait after them is 8 s.
    house.clock.now += 3_000;
    expect(isOpen(parties)).toEqual([false, false, false]);
    for (const { attempts } of parties) for (let failure = 0; failure < 2; failure += 1) attempts.failed(claim);
    await exchange(parties);
    house.clock.now += (minutes - 1) * 60_000;
    expect(isOpen(parties)).toEqual([false, false, false]);
    house.clock.now += 2 * 60_000;
    expect(isOpen(parties)).toEqual([true, true, true]);
    // Forgotten: the next failure is the first one again, everywhere.
    parties[0]?.attempts.failed(claim);
    await exchange(parties);
    expect(isOpen(parties)).toEqual([true, true, true]);
    expect(
      await house.runtime.store.find({ model: 'security.failed-attempts', where: { kind: 'all', of: [] } }),
    ).toMatchObject([{ count: 1 }]);
  });

  test('that are written down at the same moment are all counted', async () => {
    const parties = Array.from({ length: 5 }, () => party());
    for (const { attempts } of parties) for (let failure = 0; failure < 2; failure += 1) attempts.failed(claim);
    await Promise.all(parties.map(({ shared }) => shared.exchange()));
    await exchange(parties);
    house.clock.now += 60_000;
    expect(isOpen(parties)).toEqual(Array(5).fill(false));
  });

  test('are forgotten everywhere after a success, but not by a success where nobody had failed', async () => {
    const [first, second, third] = [party(), party(), party()];
    const parties = [first, second, third];
    for (let failure = 0; failure < 4; failure += 1) first.attempts.failed(claim);
    third.attempts.succeeded(claim);
    await exchange(parties);
    expect(isOpen(parties)).toEqual([false, false, false]);
    house.clock.now += 10_000;
    second.attempts.succeeded(claim);
    await exchange(parties);
    for (let failure = 0; failure < 3; failure += 1) first.attempts.failed({ ...claim });
    await exchange(parties);
    house.clock.now += 1_001;
    expect(isOpen(parties)).toEqual([true, true, true]);
  });

  test('outlive a restart, and what cannot be told is told later', async () => {
    const first = party();
    const broken = {
      ...house.runtime,
      store: { ...house.runtime.store, write: () => Promise.reject(new Error('the store is away')) },
    };
    for (let failure = 0; failure < 10; failure += 1) first.attempts.failed(claim);
    await expect(shareAttempts({ runtime: broken, attempts: first.attempts, memory }).exchange()).rejects.toThrow(
      'away',
    );
    expect(first.attempts.isOpen(claim)).toBe(false);
    await first.shared.exchange();
    house.clock.now += 60_000;
    const restarted = party();
    expect(restarted.attempts.isOpen(claim)).toBe(true);
    await restarted.shared.load();
    expect(restarted.attempts.isOpen(claim)).toBe(false);
  });

  test('are deleted when they are forgotten, and not before', async () => {
    const first = party();
    first.attempts.failed(claim);
    await first.shared.exchange();
    expect(await forgetAttempts({ runtime: house.runtime, memory })).toBe(0);
    house.clock.now += memory;
    expect(await forgetAttempts({ runtime: house.runtime, memory })).toBe(1);
  });
});
