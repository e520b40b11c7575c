import { createHash } from 'node:crypto';
import exampleConfig from '../../../mcp.config.ts';
import { findUser } from '../../../plugins/base/load-user.ts';
import { type LoadedUser, setPassword } from '../../../plugins/base/plugin.ts';
import type { PluginSettings } from '../../../src/index.ts';
import { freePort } from '../../support/free-port.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import type { TestStore } from '../../support/stores.ts';
import { type PageAnswer, type RawBrowser, rawBrowser } from './raw-browser.ts';

export const webCallback = 'https://app.example.com/callback';
export const password = 'harbour lantern fig quilt';
export const verifier = 'v'.repeat(43);

/** A Gatehouse with pages, whose people have a password; on a clock of its own. */
export interface PagesHouse extends TestGatehouse {
  readonly clock: { now: number };
  /** A browser that nobody has used. */
  browser(): RawBrowser;
  user(login: string): Promise<LoadedUser>;
  register(metadata?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Path and query of an authorization request. */
  request(input: { clientId: string } & Partial<Record<string, string>>): string;
  /** What a browser is shown when an app sends it here. */
  arrive(browser: RawBrowser, input: { clientId: string } & Partial<Record<string, string>>): Promise<PageAnswer>;
  /** Fills in the sign-in form of a page; what comes after it. */
  signIn(browser: RawBrowser, page: PageAnswer, input?: { login?: string; password?: string }): Promise<PageAnswer>;
  /** The tokens for the code that an app is called back with. */
  redeem(input: {
    clientId: string;
    location: URL | undefined;
    redirectUri?: string;
  }): Promise<Record<string, unknown>>;
}

/** `now`: default the house's own clock, which stands. Tokens need the real time, as the provider knows no other. */
export async function openPagesHouse(
  store: TestStore,
  options: { settings?: NonNullable<PluginSettings['oauth']>; now?: () => number } = {},
): Promise<PagesHouse> {
  const { settings = {} } = options;
  const port = await freePort();
  const clock = { now: Date.parse('2026-11-23T12:00:00Z') };
  const gatehouse = await startGatehouse({
    config: exampleWith(store, {
      plugins: { ...exampleConfig.plugins, oauth: settings },
      server: { port, publicUrl: `http://127.0.0.1:${port}`, logLevel: 'silent' },
    }),
    now: options.now ?? (() => clock.now),
  });
  const { origin } = gatehouse;
  const { runtime } = gatehouse.app;

  async function user(login: string): Promise<LoadedUser> {
    const found = await findUser(runtime, login);
    if (!found) throw new Error(`no user ${login}`);
    return found;
  }
  const people = await Promise.all(['admin', 'sara', 'hank'].map(user));
  await Promise.all(people.map(owner => setPassword({ runtime, owner, password })));

  const request: PagesHouse['request'] = ({ clientId, ...parameters }) => {
    const all = {
      client_id: clientId,
      response_type: 'code',
      redirect_uri: webCallback,
      scope: 'read write',
      state: 'state-1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: `${origin}/mcp`,
      ...parameters,
    };
    return `/mcp/oauth/authorize?${new URLSearchParams(all as Record<string, string>)}`;
  };

  return {
    ...gatehouse,
    clock,
    browser: () => rawBrowser(origin),
    user,
    request,
    async register(metadata = {}) {
      const response = await fetch(`${origin}/mcp/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'Test app', redirect_uris: [webCallback], ...metadata }),
      });
      const { client_id } = (await response.json()) as { client_id?: string };
      if (client_id === undefined) throw new Error(`not registered: ${response.status}`);
      return client_id;
    },
    arrive: async (browser, input) => browser.follow(await browser.get(request(input))),
    async signIn(browser, page, { login = 'sara', password: typed = password } = {}) {
      const fields = [
        ['login', login],
        ['password', typed],
      ] as const;
      return browser.follow(await browser.submit(page, '/sign-in', fields));
    },
    async redeem({ clientId, location, redirectUri = webCallback }) {
      const response = await fetch(`${origin}/mcp/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          code: location?.searchParams.get('code') ?? '',
          redirect_uri: redirectUri,
          code_verifier: verifier,
        }),
      });
      return (await response.json()) as Record<string, unknown>;
    },
  };
}
