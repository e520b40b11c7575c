import { TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPassword } from '../../../plugins/base/plugin.ts';
import { enrol } from '../../../plugins/base/sign-in/enrolment.ts';
import { equals } from '../../../src/index.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { openPagesHouse, type PagesHouse, password } from './pages-house.ts';
import type { FormFields, PageAnswer, RawBrowser } from './raw-browser.ts';

const apps = '/mcp/oauth/apps';
const minute = 60_000;

describeOnStores('signing in', open => {
  let store: TestStore;
  let house: PagesHouse;

  beforeAll(async () => {
    store = await open();
    house = await openPagesHouse(store, { settings: { signIn: { secondFactorGroups: ['hr'] } } });
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const isIn = ({ text }: PageAnswer) => text.includes('<h1>Connected apps</h1>');
  const signedIn = async (login = 'sara') => {
    const browser = house.browser();
    const page = await house.signIn(browser, await browser.get(apps), { login });
    return { browser, page };
  };
  const fill = (browser: RawBrowser, page: PageAnswer, fields: FormFields) => browser.submit(page, '/sign-in', fields);
  const tries = (login: string, typed: string): FormFields => [
    ['login', login],
    ['password', typed],
  ];

  test('the right password lets in, with a cookie that scripts and other sites do not get', async () => {
    const { browser, page } = await signedIn();
    expect(isIn(page)).toBe(true);
    const { attributes } = browser.cookies.get('gatehouse') ?? { attributes: '' };
    expect(attributes).toContain('HttpOnly');
    expect(attributes).toContain('SameSite=Lax');
    expect(attributes).toContain('Path=/');
    expect(attributes).not.toMatch(/Domain|Expires|Max-Age/);
  });

  test('no page may be framed, kept, or run anything', async () => {
    const { browser, page } = await signedIn();
    const clientId = await house.register();
    const pages = [
      page,
      await house.browser().get(apps),
      await house.arrive(browser, { clientId }),
      await house.browser().get('/mcp/oauth/interaction/none'),
      await house.browser().get('/mcp/oauth/authorize?client_id=none'),
    ];
    for (const { headers, text } of pages) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'/);
      expect(policy).toContain("frame-ancestors 'none'; base-uri 'none'");
      expect(policy).not.toMatch(/unsafe|script|\*/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(text).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=/i);
    }
  });

  test('wrong, unknown, disabled and without a password look the same', async () => {
    const answers: string[] = [];
    for (const [login, typed] of [
      ['sara', 'wrong'],
      ['nobody', 'wrong'],
      ['ada', 'wrong'],
      ['sara', ''],
      ['', ''],
    ] as const) {
      const browser = house.browser();
      const { status, text } = await fill(browser, await browser.get(apps), tries(login, typed));
      answers.push(`${status} ${text.replaceAll(/value="[^"]*"/g, '')}`);
      expect(text).not.toContain('wrong');
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^400 .*role="alert"/s);
  }, 120_000);

  test('brute force through the page ends, with the same words, for the right password too', async () => {
    const browser = house.browser();
    const page = await browser.get(apps);
    const texts = new Set<string>();
    for (let guess = 0; guess < 6; guess += 1) {
      texts.add((await fill(browser, page, tries('admin', `guess ${guess}`))).text);
    }
    const right = await fill(browser, page, tries('admin', password));
    expect(right.status).toBe(400);
    expect(new Set([...texts, right.text]).size).toBe(1);
    house.clock.now += 16 * minute;
    expect(isIn(await house.signIn(browser, await browser.get(apps), { login: 'admin' }))).toBe(true);
  }, 120_000);

  test('what a browser held before somebody signed in is worth nothing after (session fixation)', async () => {
    const attacker = house.browser();
    await attacker.get(apps);
    const planted = attacker.cookies.get('gatehouse');
    const victim = house.browser();
    if (planted) victim.cookies.set('gatehouse', planted);
    const page = await house.signIn(victim, await victim.get(apps));
    expect(isIn(page)).toBe(true);
    expect(victim.cookies.get('gatehouse')?.value).not.toBe(planted?.value);
    expect(isIn(await attacker.get(apps))).toBe(false);
  });

  test('a login form from another site signs nobody in', async () => {
    const browser = house.browser();
    await browser.get(apps);
    const forged = await browser.post(`${apps}/sign-in`, tries('sara', password));
    expect(forged.status).toBe(403);
    expect(isIn(await browser.get(apps))).toBe(false);
    const withoutCookie = await house.browser().post(`${apps}/sign-in`, tries('sara', password));
    expect(withoutCookie.status).toBe(403);
  });

  test('signing out ends the session, wherever its cookie was copied to', async () => {
    const { browser, page } = await signedIn();
    const copy = house.browser();
    for (const [name, cookie] of browser.cookies) copy.cookies.set(name, cookie);
    expect(isIn(await copy.get(apps))).toBe(true);
    await browser.submit(page, '/sign-out');
    expect(isIn(await browser.get(apps))).toBe(false);
    expect(isIn(await copy.get(apps))).toBe(false);
  });

  test('only a hash of the cookie is stored', async () => {
    const { browser } = await signedIn();
    const rows = await house.app.runtime.store.find({ model: 'oauth.browser-session', where: { kind: 'all', of: [] } });
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get('gatehouse')?.value);
  });

  test('a session ends after an hour without a visit, and after twelve in any case', async () => {
    const { browser } = await signedIn();
    house.clock.now += 59 * minute;
    expect(isIn(await browser.get(apps))).toBe(true);
    house.clock.now += 59 * minute;
    expect(isIn(await browser.get(apps))).toBe(true);
    house.clock.now += 60 * minute;
    expect(isIn(await browser.get(apps))).toBe(false);
    const { browser: busy } = await signedIn();
    for (let passed = 50; passed < 720; passed += 50) {
      house.clock.now += 50 * minute;
      expect(isIn(await busy.get(apps)), `${passed} minutes`).toBe(true);
    }
    house.clock.now += 20 * minute;
    expect(isIn(await busy.get(apps))).toBe(false);
  });

  test('a new password and a disabled account end the session at once', async () => {
    const { runtime } = house.app;
    const owner = await house.user('sara');
    const { browser } = await signedIn();
    house.clock.now += 1;
    await setPassword({ runtime, owner, password: `${password}, again` });
    expect(isIn(await browser.get(apps))).toBe(false);
    await setPassword({ runtime, owner, password });
    const { browser: other } = await signedIn();
    const setActive = (active: boolean) =>
      runtime.store.write([
        { kind: 'update', model: 'base.user', where: equals('id', owner.user.id), set: { active } },
      ]);
    await setActive(false);
    expect(isIn(await other.get(apps))).toBe(false);
    expect(isIn((await signedIn()).page)).toBe(false);
    await setActive(true);
    expect(isIn((await signedIn()).page)).toBe(true);
  }, 120_000);

  test('a group that is to have a second factor and does not exist stops the start', async () => {
    const misspelt = openPagesHouse(store, { settings: { signIn: { secondFactorGroups: ['hr', 'admins'] } } });
    await expect(misspelt).rejects.toThrow('plugins.oauth.signIn.secondFactorGroups: There is no group admins');
  });

  test('a group that needs a second factor has no way in without one', async () => {
    const { browser, page } = await signedIn('hank');
    expect(page.status).toBe(400);
    expect(page.text).toContain('second factor');
    expect(isIn(await browser.get(apps))).toBe(false);
  });

  test('with a second factor the password alone opens nothing; the code does, once', async () => {
    const { runtime } = house.app;
    const { user } = await house.user('hank');
    const { uri, recoveryCodes } = await enrol(runtime, user);
    const app = URI.parse(uri);
    const code = () => (app instanceof TOTP ? app.generate({ timestamp: house.clock.now }) : '');
    const { browser, page } = await signedIn('hank');
    expect(page.text).toContain('autocomplete="one-time-code"');
    const half = browser.cookies.get('gatehouse')?.value;
    const clientId = await house.register();
    for (const path of [apps, house.request({ clientId })]) {
      const seen = await browser.follow(await browser.get(path));
      expect(seen.text).toContain('one-time-code');
      expect(seen.text).not.toContain('Hank');
    }
    expect((await browser.submit(page, '/code', [['code', '000000']])).status).toBe(400);
    const done = await browser.follow(await browser.submit(page, '/code', [['code', code()]]));
    expect(isIn(done)).toBe(true);
    expect(browser.cookies.get('gatehouse')?.value).not.toBe(half);

    const thief = await signedIn('hank');
    expect((await thief.browser.submit(thief.page, '/code', [['code', code()]])).status).toBe(400);
    expect(isIn(await thief.browser.get(apps))).toBe(false);
    const recovered = await thief.browser.submit(thief.page, '/code', [['code', recoveryCodes[0] ?? '']]);
    expect(isIn(await thief.browser.follow(recovered))).toBe(true);
  }, 120_000);

  test('guessing codes ends, for every browser of that user', async () => {
    const { runtime } = house.app;
    const { user } = await house.user('hank');
    house.clock.now += 10 * 24 * 60 * minute;
    const { recoveryCodes } = await enrol(runtime, user);
    const one = await signedIn('hank');
    const other = await signedIn('hank');
    const texts = new Set<string>();
    for (let guess = 0; guess < 6; guess += 1) {
      const answer = await one.browser.submit(one.page, '/code', [['code', `00000${guess}`]]);
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
    const right = await other.browser.submit(other.page, '/code', [['code', recoveryCodes[1] ?? '']]);
    expect(right.status).toBe(400);
    expect(isIn(await other.browser.get(apps))).toBe(false);
  }, 120_000);

  test('every attempt is in the log, with its true reason, and never what was typed', async () => {
    const { page, browser } = await signedIn('ada');
    expect(page.status).toBe(400);
    await fill(browser, await browser.get(apps), tries('my secret in the wrong place', 'x'));
    const rows = await house.app.runtime.store.find({
      model: 'security.audit-entry',
      where: equals('method', 'account/sign-in'),
    });
    const reasons = new Set(rows.map(({ reason }) => reason));
    for (const reason of [
      'wrong-password',
      'unknown-login',
      'disabled',
      'no-password',
      'too-many-attempts',
      'wrong-code',
      'used-code',
    ]) {
      expect(reasons).toContain(reason);
    }
    expect(JSON.stringify(rows)).not.toMatch(/my secret|harbour/);
    expect(rows.some(({ tool, reason }) => tool === 'ada' && reason === 'no-password')).toBe(true);
  });
});
