import type { z } from 'zod';
import exampleConfig from '../../../mcp.config.ts';
import type { settings } from '../../../plugins/oauth/settings.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../../support/start-gatehouse.ts';
import type { TestStore } from '../../support/stores.ts';

/** A Gatehouse whose clients can be told what to say. */
export interface ClientHouse extends TestGatehouse {
  /** Registers a client with these metadata, or with what is sent instead. */
  register(metadata: unknown, headers?: Readonly<Record<string, string>>): Promise<Registered>;
  /** What a browser gets that is sent here by a client. */
  authorize(parameters: Readonly<Record<string, string>>): Promise<Response>;
  token(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Registered>;
}

export interface Registered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

export const redirectUri = 'https://client.example/cb';

export async function openClientHouse(
  store: TestStore,
  options: {
    clients?: z.input<typeof settings>['clients'];
    now?: () => number;
    allowedOrigins?: string[];
  } = {},
): Promise<ClientHouse> {
  const { clients = {}, now, allowedOrigins = [] } = options;
  const plugins = { ...exampleConfig.plugins, oauth: { clients } };
  const gatehouse = await startGatehouse({
    config: exampleWith(store, { plugins, server: { port: 0, logLevel: 'silent', allowedOrigins } }),
    ...(now && { now }),
  });
  const at = (path: string) => `${gatehouse.origin}/mcp/oauth/${path}`;

  return {
    ...gatehouse,
    async register(metadata, headers = {}) {
      const body = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
      return registered(
        await fetch(at('register'), {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        }),
      );
    },
    authorize(parameters) {
      const query = new URLSearchParams({
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'read',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        ...parameters,
      });
      return fetch(`${at('authorize')}?${query}`, { redirect: 'manual' });
    },
    async token(form, headers = {}) {
      return registered(await fetch(at('token'), { method: 'POST', body: new URLSearchParams(form), headers }));
    },
  };
}

async function registered(response: Response): Promise<Registered> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : { text } };
}
