import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { openPagesHouse, type PagesHouse, webCallback } from './pages-house.ts';
import { formOf, type PageAnswer, type RawBrowser } from './raw-browser.ts';

const approve = (...scopes: string[]) =>
  [['decision', 'approve'], ...scopes.map(scope => ['scope', scope] as const)] as const;
const ticked = ({ text }: PageAnswer) => Array.from(text.matchAll(/value="(\w+)" checked/g), ([, scope]) => scope);

describeOnStores('consent', open => {
  let store: TestStore;
  let house: PagesHouse;
  let sara: RawBrowser;

  beforeAll(async () => {
    store = await open();
    house = await openPagesHouse(store);
    sara = house.browser();
    await house.signIn(sara, await sara.get('/mcp/oauth/apps'));
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  /** A browser in which sara has signed in, and is asked about an app. */
  async function asked(parameters: Record<string, string> = {}, metadata: Record<string, unknown> = {}) {
    const browser = house.browser();
    for (const [name, cookie] of sara.cookies) browser.cookies.set(name, cookie);
    const clientId = await house.register(metadata);
    const page = await house.arrive(browser, { clientId, ...parameters });
    return { browser, clientId, page };
  }
  /** The same, where she signs in for it. */
  async function askedAnew(metadata: Record<string, unknown> = {}) {
    const browser = house.browser();
    const clientId = await house.register(metadata);
    const page = await house.signIn(browser, await house.arrive(browser, { clientId }));
    return { browser, clientId, page };
  }

  test(`${verifies('OAUTH-6')} each scope is a labelled checkbox; app, place and user are in plain sight`, async () => {
    const { page } = await asked();
    expect(page.status).toBe(200);
    for (const scope of ['read', 'write']) {
      expect(page.text).toMatch(
        new RegExp(`<label class="choice"><input type="checkbox" name="scope" value="${scope}" checked>`),
      );
    }
    expect(page.text).not.toContain('value="delete"');
    for (const said of [
      'Test app',
      '<strong>app.example.com</strong>',
      'Sara Lindgren',
      'nobody has checked its name',
    ]) {
      expect(page.text).toContain(said);
    }
    expect(page.text).not.toContain('own device');
  });

  test(`${verifies('OAUTH-6', 'OAUTH-7')} a part of what was asked is granted, and no more`, async () => {
    const { browser, clientId, page } = await asked();
    const back = await browser.follow(await browser.submit(page, '/consent', approve('read', 'delete', 'everything')));
    expect(back.location?.origin).toBe('https://app.example.com');
    expect(back.location?.searchParams.get('state')).toBe('state-1');
    expect(await house.redeem({ clientId, location: back.location })).toMatchObject({ scope: 'read' });
  });

  test('with nothing ticked, it is asked again, and nothing is granted', async () => {
    const { browser, page } = await asked();
    const again = await browser.submit(page, '/consent', approve());
    expect(again.status).toBe(400);
    expect(again.text).toContain('role="alert"');
    const back = await browser.follow(await browser.submit(again, '/consent', approve('read')));
    expect(back.location?.searchParams.get('code')).toBeTruthy();
  });

  test(`${verifies('OAUTH-6')} a no goes back to the app as access_denied`, async () => {
    const { browser, page } = await asked();
    const back = await browser.follow(await browser.submit(page, '/consent', [['decision', 'deny']]));
    expect(back.location?.searchParams.get('error')).toBe('access_denied');
    expect(back.location?.searchParams.get('code')).toBeNull();
  });

  test(`${verifies('OAUTH-6')} remembered per client and scopes: the same again is not asked, more is, another client is`, async () => {
    const { browser, clientId, page } = await asked();
    await browser.submit(page, '/consent', approve('read', 'write'));
    const same = await house.arrive(browser, { clientId });
    expect(await house.redeem({ clientId, location: same.location })).toMatchObject({ scope: 'read write' });
    const less = await house.arrive(browser, { clientId, scope: 'read' });
    expect(await house.redeem({ clientId, location: less.location })).toMatchObject({ scope: 'read' });
    const more = await house.arrive(browser, { clientId, scope: 'read create' });
    expect(more.status).toBe(200);
    expect(ticked(more)).toEqual(['read']);
    expect((await house.arrive(browser, { clientId, prompt: 'consent' })).text).toContain('Connect Test app?');
    const other = await house.register();
    expect((await house.arrive(browser, { clientId: other })).text).toContain('Connect Test app?');
  });

  test('what was refused is asked again, and what was once allowed is not, after it is unticked', async () => {
    const { browser, clientId, page } = await asked();
    await browser.submit(page, '/consent', approve('read'));
    const again = await house.arrive(browser, { clientId });
    expect(ticked(again)).toEqual(['read']);
    await browser.submit(again, '/consent', approve('write'));
    expect(ticked(await house.arrive(browser, { clientId }))).toEqual(['write']);
  });

  test(`${verifies('OAUTH-6')} an app on the user's own device is warned about, and asked about every time`, async () => {
    const redirect_uri = 'http://127.0.0.1:7777/callback';
    const { browser, clientId, page } = await asked({ redirect_uri }, { redirect_uris: [redirect_uri] });
    expect(page.text).toContain('This app runs on your own device');
    expect(page.text).toContain('<strong>127.0.0.1:7777</strong>');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:7777;");
    const back = await browser.follow(await browser.submit(page, '/consent', approve('read', 'write')));
    expect(back.location?.host).toBe('127.0.0.1:7777');
    const again = await house.arrive(browser, { clientId, redirect_uri: 'http://127.0.0.1:8888/callback' });
    expect(again.status).toBe(200);
    expect(again.text).toContain('<strong>127.0.0.1:8888</strong>');
  });

  test('prompt=login asks for the password although somebody is signed in, once', async () => {
    const { browser, clientId, page } = await askedAnew();
    await browser.submit(page, '/consent', approve('read', 'write'));
    const again = await house.arrive(browser, { clientId, prompt: 'login' });
    expect(again.text).toContain('name="password"');
    const back = await house.signIn(browser, again);
    expect(back.location?.searchParams.get('code')).toBeTruthy();
  });

  test('somebody else can sign in instead, and sees a page of their own', async () => {
    const { browser, page } = await askedAnew();
    const form = await browser.follow(await browser.submit(page, '/consent', [['decision', 'switch']]));
    expect(form.text).toContain('name="password"');
    const other = await house.signIn(browser, form, { login: 'hank' });
    expect(other.text).toContain('Hank de Vries');
    const late = await browser.submit(page, '/consent', approve('read'));
    expect(late.status).toBe(403);
  });

  test.each([
    ['without the token', (fields: [string, string][]) => fields.filter(([name]) => name !== 'form_token')],
    ['with a made-up token', () => [['form_token', 'A'.repeat(43)] as [string, string]]],
    ['with an empty token', () => [['form_token', ''] as [string, string]]],
  ])('a consent form from another site, %s, grants nothing', async (_name, forge) => {
    const { browser, page } = await asked();
    const { action, hidden } = formOf(page, '/consent');
    const forged = await browser.post(action, [...forge(hidden), ...approve('read')]);
    expect(forged.status).toBe(403);
    expect(forged.location).toBeUndefined();
    const honest = await browser.submit(page, '/consent', approve('read'));
    expect(honest.status).toBe(303);
  });

  test('the token of one request, or of another browser, is of no use for another', async () => {
    const one = await asked();
    const other = await askedAnew();
    const { action, hidden } = formOf(one.page, '/consent');
    expect((await other.browser.post(action, [...hidden, ...approve('read')])).status).toBe(403);
    const second = await house.arrive(one.browser, { clientId: await house.register() });
    const third = await house.arrive(one.browser, { clientId: await house.register() });
    const token = formOf(second, '/consent').hidden;
    expect((await one.browser.post(formOf(third, '/consent').action, [...token, ...approve('read')])).status).toBe(403);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'content-type': 'text/plain' }, 400],
    [{ 'content-type': 'application/json' }, 400],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 400],
  ])('even with the right token: refused with %o', async (headers, status) => {
    const { browser, page } = await asked();
    const { action, hidden } = formOf(page, '/consent');
    expect((await browser.post(action, [...hidden, ...approve('read')], headers)).status).toBe(status);
  });

  test('another browser that has learnt the address of the page is told nothing', async () => {
    const { browser, page } = await asked();
    const { action } = formOf(page, '/consent');
    const thief = house.browser();
    const seen = await thief.get(action.replace('/consent', ''));
    expect(seen.status).toBe(404);
    expect(seen.text).not.toContain('Test app');
    const made = await thief.get('/mcp/oauth/interaction/AAAAAAAAAAAAAAAAAAAAA');
    expect(made.text.replaceAll(/\s/g, '')).toBe(seen.text.replaceAll(/\s/g, ''));
    expect((await browser.submit(page, '/consent', approve('read'))).status).toBe(303);
  });

  test('an answer counts once', async () => {
    const { browser, page } = await asked();
    const first = await browser.follow(await browser.submit(page, '/consent', approve('read')));
    expect(first.location?.origin).toBe('https://app.example.com');
    const second = await browser.submit(page, '/consent', approve('read', 'write'));
    expect(second.status).toBe(404);
  });

  test('names of apps are text, never markup, however they are made', async () => {
    const name = `"><script>alert(1)</script>'&lt;b>`;
    const { page } = await asked({}, { client_name: name });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;lt;b&gt;');
  });

  test('a very long name is cut', async () => {
    const { page } = await asked({}, { client_name: 'W'.repeat(200) });
    expect(page.text).not.toContain('W'.repeat(81));
  });

  test('nothing of a request decides where its answer goes, but the registered place', async () => {
    const clientId = await house.register();
    for (const redirect_uri of [
      'https://evil.example/callback',
      `${webCallback}/../x`,
      '//evil.example',
      'javascript:alert(1)',
    ]) {
      const answer = await house.arrive(house.browser(), { clientId, redirect_uri });
      expect(answer.status).toBe(400);
      expect(answer.location).toBeUndefined();
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.text).not.toMatch(/evil\.example|javascript:/);
    }
  });

  test(`${verifies('OAUTH-10')} signing in and the answer are in the log, with user, app and address`, async () => {
    const { browser, page } = await askedAnew({ client_name: 'Logged app' });
    await browser.follow(await browser.submit(page, '/consent', approve('read')));
    const entries = await house.app.runtime.store.find({
      model: 'security.audit-entry',
      where: { kind: 'compare', field: 'client_name', operator: '=', value: 'Logged app' },
    });
    const told = entries.map(({ method, outcome, user_login, address }) => ({ method, outcome, user_login, address }));
    const all = { outcome: 'ok', user_login: 'sara', address: '127.0.0.1' };
    expect(told).toContainEqual({ method: 'account/sign-in', ...all });
    expect(told).toContainEqual({ method: 'oauth/authorize', ...all });
  });
});
