import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import type { PagesHouse } from '../plugins/oauth/pages-house.ts';

/** What a client of the official SDKs keeps about one server, in memory, and where it sends its user. */
export function memoryProvider(input: { readonly redirectUrl: string; readonly scope?: string }) {
  let client: unknown;
  let tokens: { access_token: string; refresh_token?: string } | undefined;
  let verifier = '';
  let discovered: unknown;
  let sentTo: URL | undefined;
  const state = randomBytes(8).toString('hex');
  return {
    redirectUrl: input.redirectUrl,
    clientMetadata: {
      client_name: 'End to end',
      redirect_uris: [input.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(input.scope !== undefined && { scope: input.scope }),
    },
    state: () => state,
    clientInformation: () => client as never,
    saveClientInformation(registered: unknown) {
      client = registered;
    },
    tokens: () => tokens as never,
    saveTokens(given: typeof tokens) {
      tokens = given;
    },
    redirectToAuthorization(url: URL) {
      sentTo = url;
    },
    saveCodeVerifier(secret: string) {
      verifier = secret;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState(state: unknown) {
      discovered = state;
    },
    discoveryState: () => discovered as never,
    /** Where the user was sent since this was asked last. */
    takeRedirect(): URL {
      const url = sentTo;
      sentTo = undefined;
      if (!url) throw new Error('the user was sent nowhere');
      return url;
    },
    current: () => tokens,
    forgetRefreshToken() {
      if (tokens) tokens = { access_token: tokens.access_token };
    },
  };
}

export type MemoryProvider = ReturnType<typeof memoryProvider>;

/** Sara in a browser that nobody has used: signs in and agrees; the query that the client is called back with. */
export async function agreeAsSara(
  house: Pick<PagesHouse, 'browser' | 'signIn'>,
  address: URL,
  scopes: readonly string[],
): Promise<URLSearchParams> {
  const browser = house.browser();
  const page = await house.signIn(browser, await browser.follow(await browser.get(address.href)));
  const ticked = scopes.map(scope => ['scope', scope] as const);
  const back = await browser.follow(await browser.submit(page, '/consent', [['decision', 'approve'], ...ticked]));
  if (!back.location) throw new Error(`no way back to the client: ${back.status} ${back.text}`);
  return back.location.searchParams;
}

/** The time of the house and of the machine, by which tokens are issued. Real again by `vi.useRealTimers`. */
export function setTime(house: Pick<PagesHouse, 'clock'>, time: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: time });
  house.clock.now = time;
}
