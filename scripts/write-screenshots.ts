import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPagesHouse, password } from '../test/plugins/oauth/pages-house.ts';
import { openChromium } from '../test/support/browser.ts';
import { sqliteStore } from '../test/support/stores.ts';

/*
 * Pictures of the pages for docs/sign-in.md: `node scripts/write-screenshots.ts`. They need an installed Chromium or
 * Chrome and are made anew when a page changes; everything on them is the demo's.
 */

const folder = join(import.meta.dirname, '..', 'docs', 'images');
const claude = 'https://claude.ai/api/mcp/auth_callback';
const local = 'http://127.0.0.1:7777/callback';

mkdirSync(folder, { recursive: true });
const store = await sqliteStore();
const house = await openPagesHouse(store, { now: Date.now });
const browser = await openChromium(['--host-resolver-rules=MAP claude.ai 127.0.0.1:1', '--hide-scrollbars']);
const page = await browser.newPage({ viewport: { width: 480, height: 640 }, colorScheme: 'light' });

const take = (name: string) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
async function ask(name: string, redirectUri: string): Promise<void> {
  const clientId = await house.register({ client_name: name, redirect_uris: [redirectUri] });
  const scope = 'read write create';
  await page.goto(`${house.origin}${house.request({ clientId, redirect_uri: redirectUri, scope })}`);
}
async function connect(): Promise<void> {
  const leaving = page.waitForRequest(request => request.url().includes('code='));
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await leaving;
  await page.waitForEvent('load').catch(() => undefined);
}

await ask('Claude', claude);
await take('sign-in');
await page.getByLabel('Login').fill('sara');
await page.getByLabel('Password').fill(password);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('heading', { name: 'Connect Claude?' }).waitFor();
await take('consent');
await connect();
await ask('Claude Code', local);
await take('consent-own-device');
await page.goto(`${house.origin}/mcp/oauth/apps`);
await take('connected-apps');

await browser.close();
await house.stop();
await store.drop();
