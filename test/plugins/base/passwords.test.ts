import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPassword, matchesPassword } from '../../../plugins/base/passwords/hash-password.ts';
import { checkPassword } from '../../../plugins/base/passwords/password-rules.ts';
import { generatePassword } from '../../../plugins/base/passwords/set-password.ts';
import { createTurns } from '../../../plugins/base/passwords/turns.ts';
import { createPasswordCheck, type PasswordVerdict } from '../../../plugins/base/plugin.ts';
import {
  type AttemptLimit,
  fromEverywhere,
  fromOneAddress,
  secondFactor,
} from '../../../plugins/base/sign-in/attempt-limits.ts';
import { beginAttempt } from '../../../plugins/base/sign-in/attempts.ts';
import { cleanUpSignIn } from '../../../plugins/base/sign-in/clean-up.ts';
import { equals, hasCode, parsePublicId } from '../../../src/index.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from '../security/house.ts';

const right = 'harbour lantern fig quilt';
const minute = 60_000;
const plain = (publicId: string) => parsePublicId(publicId)?.id ?? '';

describe('hashes of passwords', () => {
  test('fit the password they were made from and no other, however it was typed', async () => {
    const stored = await hashPassword('Crème brûlée at nine', Buffer.alloc(16, 7));
    expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect(await matchesPassword('Crème brûlée at nine'.normalize('NFD'), stored)).toBe(true);
    expect(await matchesPassword('Crème brûlée at ten', stored)).toBe(false);
  });

  test('no stored hash fits nothing, not even what the stand-in might be', async () => {
    expect(await matchesPassword('', undefined)).toBe(false);
    expect(await matchesPassword(right, undefined)).toBe(false);
  });

  test('a longer password that begins like the right one does not fit', async () => {
    const longest = 'p'.repeat(256);
    const stored = await hashPassword(longest, Buffer.alloc(16));
    expect(await matchesPassword(longest, stored)).toBe(true);
    expect(await matchesPassword(`${longest}x`, stored)).toBe(false);
  });

  test('a hash that is damaged is a failure, not a password that does not fit', async () => {
    await expect(matchesPassword(right, '$scrypt$ln=15')).rejects.toThrow('not readable');
  });
});

describe('passwords that may be set', () => {
  const owner = { login: 'sara', name: 'Sara Lindgren', email: 'sara@tidewater.example' };
  test.each([
    ['elevenchars', '11 characters'],
    ['a'.repeat(257), 'longer than 256'],
    ['xk29-sara-fq81-mm', 'contains the login'],
    ['XK29-SARA-fq81-mm', 'contains the login'],
    ['password1234', 'easy to guess'],
    ['P@ssw0rd1234', 'easy to guess'],
    ['qwertyuiop12', 'easy to guess'],
    ['123456789012', 'easy to guess'],
    ['aaaaaaaaaaaaaaaa', 'easy to guess'],
    ['trustno1trustno1', 'easy to guess'],
    ['gatehouse2026', 'easy to guess'],
    ['lindgren2026', 'easy to guess'],
  ])('not %s', async (password, reason) => {
    await expect(checkPassword(password, owner)).rejects.toThrow(reason);
  });
  test.each([right, 'kx7-Qm2-vd9-Tr', 'Öl auf dem Meer bei Nacht'])('%s', async password => {
    await checkPassword(password, owner);
  });
});

test('failures are slowed, then stopped: per address after ten, per account after a hundred, for codes after five', () => {
  const waits = (limit: AttemptLimit, counts: readonly number[]) => counts.map(count => limit.waitAfter(count) / 1_000);
  expect(waits(fromOneAddress, [1, 4, 5, 6, 7, 8, 9, 10, 11, 50])).toEqual([0, 0, 1, 2, 4, 8, 16, 900, 900, 900]);
  expect(waits(fromEverywhere, [1, 99, 100, 101])).toEqual([0, 0, 900, 900]);
  expect(waits(secondFactor, [4, 5, 6, 7, 11, 12, 1_000])).toEqual([0, 900, 1_800, 3_600, 57_600, 86_400, 86_400]);
});

test('turns: so many at a time, in order, and what does not fit in the line is refused', async () => {
  const turns = createTurns({ atOnce: 2, waiting: 2, ofEach: 2, whenFull: () => new Error('full') });
  const begun: number[] = [];
  const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const running = ends.map(({ promise }, index) =>
    turns.run('a', async () => {
      begun.push(index);
      await promise;
      if (index === 1) throw new Error('failed');
    }),
  );
  await expect(turns.run('b', async () => {})).rejects.toThrow('full');
  expect(begun).toEqual([0, 1]);
  const failure = expect(running[1]).rejects.toThrow('failed');
  ends[1]?.resolve();
  await failure;
  for (const { resolve } of ends) resolve();
  await Promise.allSettled(running);
  expect(begun).toEqual([0, 1, 2, 3]);
  await turns.run('a', async () => {});
});

test('turns: who sends a flood fills no more than their part of the line', async () => {
  const turns = createTurns({ atOnce: 1, waiting: 10, ofEach: 3, whenFull: () => new Error('full') });
  const end = Promise.withResolvers<void>();
  const flood = Array.from({ length: 20 }, () => turns.run('flood', () => end.promise));
  const refused = Promise.allSettled(flood);
  const other = turns.run('other', async () => 'let in');
  end.resolve();
  expect(await other).toBe('let in');
  expect((await refused).filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
});

describeOnStores('passwords', open => {
  let store: TestStore;
  let house: House;
  let second: House;
  let check: (login: string, password: string, address?: string) => Promise<PasswordVerdict>;
  let elsewhere: typeof check;

  const checkOf = (at: House): typeof check => {
    const checked = createPasswordCheck(at.runtime);
    return (login, password, address = '203.0.113.7') => checked({ login, password, address });
  };
  const reasonOf = (verdict: PasswordVerdict) => (verdict.ok ? 'ok' : verdict.reason);
  const made = async (login: string) => {
    const id = await house.user(login);
    await house.command(['user', 'set-password', login, '--stdin'], { secret: right });
    return id;
  };

  beforeAll(async () => {
    store = await open();
    const clock = { now: Date.parse('2026-11-23T12:00:00Z') };
    house = await openHouse({ location: store.location, clock });
    second = await openHouse({ location: store.location, clock });
    check = checkOf(house);
    elsewhere = checkOf(second);
  });
  afterAll(async () => {
    await house?.stop();
    await second?.stop();
    await store?.drop();
  });

  test('the right one lets in; wrong, unknown, disabled and without a password are refused', async () => {
    const id = plain(await made('pia'));
    await made('gone');
    await house.command(['user', 'disable', 'gone']);
    await house.user('never');
    expect(await check('pia', right)).toMatchObject({ ok: true, user: { user: { id } }, hasSecondFactor: false });
    expect(reasonOf(await check('pia', `${right}!`))).toBe('wrong-password');
    expect(reasonOf(await check('PIA', right))).toBe('unknown-login');
    expect(reasonOf(await check('nobody', right))).toBe('unknown-login');
    expect(reasonOf(await check('gone', right))).toBe('disabled');
    expect(reasonOf(await check('never', ''))).toBe('no-password');
  }, 120_000);

  test('a new password takes the place of the old one, on every instance', async () => {
    await made('nora');
    await house.command(['user', 'set-password', 'nora'], { secret: `${right} and more` });
    expect(reasonOf(await elsewhere('nora', right))).toBe('wrong-password');
    expect(reasonOf(await elsewhere('nora', `${right} and more`))).toBe('ok');
  });

  test('a weak one changes nothing', async () => {
    await made('wim');
    const weak = house.command(['user', 'set-password', 'wim', '--stdin'], { secret: 'short' });
    await expect(weak).rejects.toSatisfy(error => hasCode(error, 'PASSWORD_WEAK'));
    expect(reasonOf(await check('wim', right))).toBe('ok');
  });

  test('a flood of wrong ones at once, on two instances, gets as many looks as one after the other', async () => {
    await made('flo');
    const guesses = Array.from({ length: 12 }, (_, index) => (index % 2 ? check : elsewhere)('flo', `wrong ${index}`));
    const reasons = (await Promise.all(guesses)).map(reasonOf);
    const looks = reasons.filter(reason => reason === 'wrong-password').length;
    expect(looks).toBeLessThanOrEqual(5);
    expect(reasons.filter(reason => reason === 'too-many-attempts')).toHaveLength(12 - looks);
  }, 120_000);

  test('closed for one address, the right one is refused there, and lets in elsewhere', async () => {
    await made('lock');
    for (let failure = 1; failure <= 5; failure += 1)
      expect(reasonOf(await check('lock', 'wrong'))).toBe('wrong-password');
    expect(reasonOf(await elsewhere('lock', right))).toBe('too-many-attempts');
    expect(reasonOf(await check('lock', right, '198.51.100.4'))).toBe('ok');
    house.clock.now += 1_000;
    expect(reasonOf(await check('lock', right))).toBe('ok');
    expect(reasonOf(await check('lock', 'wrong'))).toBe('wrong-password');
    expect(reasonOf(await check('lock', right))).toBe('ok');
  }, 120_000);

  test('a host cannot hop over its network of IPv6', async () => {
    await made('hop');
    const reasons: string[] = [];
    for (let host = 1; host <= 6; host += 1)
      reasons.push(reasonOf(await check('hop', 'wrong', `2001:db8:1:2:0:0:0:${host}`)));
    expect(reasons.at(-1)).toBe('too-many-attempts');
    expect(reasonOf(await check('hop', right, '2001:db8:1:3:0:0:0:1'))).toBe('ok');
  }, 120_000);

  test('an account is closed for 15 minutes after a hundred failures in a row from wherever', async () => {
    const by = { limit: fromEverywhere, by: 'one account' };
    for (let failure = 1; failure <= 100; failure += 1) expect(await beginAttempt(house.runtime, by)).toBe(true);
    expect(await beginAttempt(second.runtime, by)).toBe(false);
    house.clock.now += 15 * minute;
    expect(await beginAttempt(second.runtime, by)).toBe(true);
    expect(await beginAttempt(house.runtime, by)).toBe(false);
  });

  test('unknown logins cost the same reads, writes and slow hashes as known ones', async () => {
    await made('eve');
    await house.user('plain');
    const workOf = async (login: string, address: string) => {
      const calls: string[] = [];
      const counting = new Proxy(house.runtime.store, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            const [first] = args as [{ model?: string } | { kind: string; model: string }[]];
            if (Array.isArray(first)) calls.push(...first.map(({ kind, model }) => `${kind} ${model}`));
            else calls.push(`${String(name)} ${first.model}`);
            return Reflect.apply(member, target, args) as unknown;
          };
        },
      });
      await createPasswordCheck({ ...house.runtime, store: counting })({ login, password: 'wrong', address });
      return calls.sort();
    };
    const known = await workOf('eve', '192.0.2.1');
    expect(known.length).toBeGreaterThan(5);
    expect(await workOf('stranger to all', '192.0.2.2')).toEqual(known);
    expect(await workOf('plain', '192.0.2.3')).toEqual(known);
  }, 120_000);

  test('what is forgotten, and what belongs to nobody any more, is cleaned away', async () => {
    const id = await made('temp');
    await house.command(['user', 'totp', 'enrol', 'temp']);
    await check('temp', 'wrong');
    await house.runtime.system('test').of('base.user').delete([id]);
    house.clock.now += 8 * 24 * 60 * minute;
    await cleanUpSignIn(house.runtime);
    const { store: rows } = house.runtime;
    const owner = plain(id);
    expect(await rows.count({ model: 'base.sign-in-attempts', where: { kind: 'all', of: [] } })).toBe(0);
    expect(await rows.count({ model: 'base.password', where: equals('id', owner) })).toBe(0);
    expect(await rows.count({ model: 'base.totp', where: equals('id', owner) })).toBe(0);
    expect(await rows.count({ model: 'base.recovery-code', where: equals('owner', owner) })).toBe(0);
    expect(reasonOf(await check('pia', right))).toBe('ok');
  }, 120_000);

  test.each([
    ['base.password', ['hash']],
    ['base.totp', ['secret', 'last_step']],
    ['base.recovery-code', ['hash']],
    ['base.sign-in-attempts', ['count', 'open_at', 'forget_at']],
  ])('no right shows the secrets of %s', (model, secrets) => {
    const fields = house.runtime.registry.get(model)?.definition.fields ?? {};
    for (const name of secrets) expect(fields[name]?.sealed, name).toBe(true);
  });

  test('a generated one is long, new each time, and may be set', async () => {
    const [one, other] = [generatePassword(house.runtime), generatePassword(house.runtime)];
    expect(one).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect(other).not.toBe(one);
    await checkPassword(one, { login: 'sara', name: 'Sara', email: undefined });
  });
});
