import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { send } from '../../support/raw-client.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { openPagesHouse, type PagesHouse } from './pages-house.ts';
import { formOf, type RawBrowser } from './raw-browser.ts';

const apps = '/mcp/oauth/apps';

describeOnStores('connected apps', open => {
  let store: TestStore;
  let house: PagesHouse;

  beforeAll(async () => {
    store = await open();
    house = await openPagesHouse(store, { now: Date.now });
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  /** Connects an app for somebody; a token of it, and the browser. */
  async function connected(input: { login?: string; name: string; clientId?: string; browser?: RawBrowser }) {
    const { login = 'sara', name, browser = house.browser() } = input;
    const clientId = input.clientId ?? (await house.register({ client_name: name }));
    let page = await house.arrive(browser, { clientId });
    if (page.text.includes('name="password"')) page = await house.signIn(browser, page, { login });
    if (page.status === 200) {
      const fields = [
        ['decision', 'approve'],
        ['scope', 'read'],
        ['scope', 'write'],
      ] as const;
      page = await browser.follow(await browser.submit(page, '/consent', fields));
    }
    const tokens = await house.redeem({ clientId, location: page.location });
    return { browser, clientId, access: String(tokens.access_token), refresh: String(tokens.refresh_token) };
  }
  const statusOf = async (token: string) =>
    (await send(house.url, { headers: { authorization: `Bearer ${token}` } })).status;

  test(`${verifies('OAUTH-11')} a user sees each connected app once, and what it may do`, async () => {
    const { browser, clientId } = await connected({ name: 'Twice' });
    await connected({ name: 'Twice', clientId, browser });
    const page = await browser.get(apps);
    expect(page.text.match(/<h2>Twice<\/h2>/g)).toHaveLength(1);
    expect(page.text).toContain('2 times');
    expect(page.text).toContain('Read: find and read the records that you may see');
  });

  test(`${verifies('OAUTH-11', 'KEY-8')} ending one ends all of its tokens at the next call, and no other app`, async () => {
    const first = await connected({ name: 'Ended' });
    const { browser, clientId } = first;
    const second = await connected({ name: 'Ended', clientId, browser });
    const other = await connected({ name: 'Kept', browser });
    expect(await statusOf(first.access)).toBe(200);
    const page = await browser.get(apps);
    const { action } = formOf(page, '/end');
    const token = formOf(page, '/sign-out').hidden;
    const after = await browser.follow(await browser.post(action, [...token, ['client_id', clientId]]));
    expect(after.text).not.toContain('<h2>Ended</h2>');
    expect(after.text).toContain('<h2>Kept</h2>');
    for (const { access, refresh } of [first, second]) {
      expect(await statusOf(access)).toBe(401);
      const renewed = await fetch(`${house.origin}/mcp/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refresh }),
      });
      expect(await renewed.json()).toMatchObject({ error: 'invalid_grant' });
    }
    expect(await statusOf(other.access)).toBe(200);
    expect((await house.arrive(browser, { clientId })).text).toContain('Connect Ended?');
  });

  test(`${verifies('KEY-8')} nobody sees or ends the apps of another user`, async () => {
    const hers = await connected({ name: 'Hers' });
    const { browser } = await connected({ login: 'hank', name: 'His' });
    const page = await browser.get(apps);
    expect(page.text).not.toContain('Hers');
    const token = formOf(page, '/sign-out').hidden;
    const answer = await browser.post(`${apps}/end`, [...token, ['client_id', hers.clientId]]);
    expect(answer.status).toBe(303);
    expect(await statusOf(hers.access)).toBe(200);
    expect((await hers.browser.get(apps)).text).toContain('Hers');
  });

  test('without the token of the page, or signed out, nothing is ended', async () => {
    const { browser, clientId, access } = await connected({ name: 'Safe' });
    expect((await browser.post(`${apps}/end`, [['client_id', clientId]])).status).toBe(403);
    const stranger = house.browser();
    const { hidden } = formOf(await stranger.get(apps), '/sign-in');
    expect((await stranger.post(`${apps}/end`, [...hidden, ['client_id', clientId]])).status).toBe(303);
    expect(await statusOf(access)).toBe(200);
  });
});
