import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request, Response } from 'express';
import { afterAll, beforeAll } from 'vitest';
import exampleConfig from '../../../mcp.config.ts';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { createClientRules } from '../../../plugins/oauth/clients/client-rules.ts';
import { clientSettings } from '../../../plugins/oauth/clients/client-settings.ts';
import type { AuthorizationServer } from '../../../plugins/oauth/provider/authorization-server.ts';
import { createAuthorizationServer } from '../../../plugins/oauth/provider/create-authorization-server.ts';
import { renderError } from '../../../plugins/oauth/provider/render-error.ts';
import type { Scope } from '../../../plugins/oauth/scopes.ts';
import { startTokens } from '../../../plugins/oauth/tokens/start-tokens.ts';
import { machineClock } from '../../../src/clock.ts';
import { freePort } from '../../support/free-port.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import type { TestStore } from '../../support/stores.ts';

export const callback = 'http://127.0.0.1:7777/callback';

/** A Gatehouse with its authorization server, and a user who agrees to what tests say, without pages. */
export interface OAuthHouse extends TestGatehouse {
  /** Another instance on the same store, as a command or a second server has it. */
  readonly other: AuthorizationServer;
  /** Sends a form to an endpoint below `/mcp/oauth`. */
  post(
    endpoint: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<OAuthAnswer>;
  register(metadata?: Readonly<Record<string, unknown>>): Promise<OAuthAnswer>;
  /** The whole of an authorization, up to the address that the client is called back at. */
  authorize(input: AuthorizeInput): Promise<{ location: URL; verifier: string }>;
  /** A client of its own, an authorization, and the tokens for it. */
  connect(input?: Partial<AuthorizeInput>): Promise<Connection>;
}

export interface OAuthAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface AuthorizeInput {
  readonly clientId: string;
  readonly user?: keyof typeof userIds;
  /** As in the request; default read and write. */
  readonly scope?: string;
  /** What the user ticks; default: all. */
  readonly ticked?: readonly Scope[];
  /** The user says no. */
  readonly denied?: boolean;
  /** On top of, or instead of, what a proper client sends; undefined leaves one out. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

export interface Connection {
  readonly clientId: string;
  readonly code: string;
  readonly verifier: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scope: string;
}

export const everyScope: readonly Scope[] = ['read', 'write', 'create', 'delete'];

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** For the tests of one `describe`: a house on a store of its own. `use` is told of both once. */
export function withOAuthHouse(parts: {
  open: () => Promise<TestStore>;
  use: (house: OAuthHouse, store: TestStore) => void;
  now?: () => number;
}): void {
  const { open, use, ...options } = parts;
  let store: TestStore | undefined;
  let house: OAuthHouse | undefined;
  beforeAll(async () => {
    store = await open();
    house = await openOAuthHouse(store, options);
    use(house, store);
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });
}

export async function openOAuthHouse(
  store: TestStore,
  options: { now?: () => number; port?: number; publicUrl?: string } = {},
): Promise<OAuthHouse> {
  const port = options.port ?? (await freePort());
  const publicUrl = options.publicUrl ?? `http://127.0.0.1:${port}`;
  const { now = Date.now } = options;
  const plugins = { ...exampleConfig.plugins, security: { rate: { perMinute: 100_000 } } };
  const gatehouse = await startGatehouse({
    config: exampleWith(store, { plugins, server: { port, publicUrl, logLevel: 'silent' } }),
    now,
  });
  const { runtime } = gatehouse.app;
  const { keys, verify, ring, stopWatching } = startTokens(runtime);
  const other = createAuthorizationServer({
    runtime,
    keys,
    verify,
    rules: createClientRules({
      runtime,
      clock: machineClock(),
      settings: clientSettings.parse({}),
      resolve: () => Promise.reject(new Error('nothing is looked up in these tests')),
    }),
    registration: true,
    metadataDocuments: true,
    renderError,
    onEnded: ring.expire,
  });

  /** Where the browser of a user who has made up their mind is sent. */
  async function decide(interaction: URL, cookie: string, input: AuthorizeInput): Promise<string> {
    const userId = userIds[input.user ?? 'sara'];
    const pages = createServer((request, response) => {
      const both = { request: request as Request, response: response as Response };
      const done = input.denied
        ? other.deny({ ...both, reason: 'the user said no', userId })
        : other.approve({ ...both, userId, scopes: input.ticked ?? everyScope });
      done.catch(thrown => response.writeHead(500).end(String(thrown)));
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => pages.once('listening', resolve));
    const { port: at } = pages.address() as AddressInfo;
    const page = `http://127.0.0.1:${at}${interaction.pathname}`;
    const answer = await fetch(page, { headers: { cookie }, redirect: 'manual' });
    pages.close();
    if (answer.status !== 303) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.headers.get('location') ?? '';
  }

  async function authorize(input: AuthorizeInput): Promise<{ location: URL; verifier: string }> {
    const { verifier, challenge } = pkce();
    const parameters: Record<string, string | undefined> = {
      client_id: input.clientId,
      response_type: 'code',
      redirect_uri: callback,
      scope: input.scope ?? 'read write',
      state: 'state-1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      resource: `${publicUrl}/mcp`,
      ...input.parameters,
    };
    const url = new URL(`${gatehouse.origin}/mcp/oauth/authorize`);
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
    const host = new URL(publicUrl).host;
    const asked = await fetch(url, { redirect: 'manual', headers: { host } });
    const first = asked.headers.get('location');
    if (first === null) throw new Error(`${asked.status} ${await asked.text()}`);
    const interaction = new URL(first, publicUrl);
    if (!interaction.pathname.startsWith('/mcp/oauth/interaction/')) return { location: interaction, verifier };
    const cookie = cookiesOf(asked);
    const back = new URL(await decide(interaction, cookie, input));
    const ended = await fetch(`${gatehouse.origin}${back.pathname}`, { redirect: 'manual', headers: { cookie } });
    const location = ended.headers.get('location');
    if (location === null) throw new Error(`${ended.status} ${await ended.text()}`);
    return { location: new URL(location), verifier };
  }

  async function post(
    endpoint: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const url = `${gatehouse.origin}/mcp/oauth/${endpoint}`;
    return answerOf(await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers }));
  }

  async function register(metadata: Readonly<Record<string, unknown>> = {}): Promise<OAuthAnswer> {
    const body = JSON.stringify({ client_name: 'Test client', redirect_uris: [callback], ...metadata });
    const url = `${gatehouse.origin}/mcp/oauth/register`;
    return answerOf(await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }));
  }

  return {
    ...gatehouse,
    other,
    post,
    register,
    authorize,
    async connect(input = {}) {
      const clientId = input.clientId ?? String((await register()).json.client_id);
      const { location, verifier } = await authorize({ ...input, clientId });
      const code = location.searchParams.get('code') ?? '';
      const answer = await post('token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      });
      if (answer.status !== 200) throw new Error(`${location.href}: ${answer.text}`);
      const { access_token, refresh_token, scope } = answer.json;
      return {
        clientId,
        code,
        verifier,
        accessToken: String(access_token),
        refreshToken: String(refresh_token),
        scope: String(scope),
      };
    },
    async stop() {
      stopWatching();
      await gatehouse.stop();
    },
  };
}

async function answerOf(response: globalThis.Response): Promise<OAuthAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get('content-type')?.includes('json') === true;
  return { status, headers, text, json: isJson ? (JSON.parse(text) as OAuthAnswer['json']) : {} };
}

function cookiesOf(answer: globalThis.Response): string {
  return answer.headers
    .getSetCookie()
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ');
}
