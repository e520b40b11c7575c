import type { Request, Response } from 'express';
import type { Route, Runtime } from '../../../src/index.ts';
import { endpoints, resourceOf } from '../endpoints.ts';
import { scopes } from '../scopes.ts';
import { signatureAlgorithms } from '../tokens/signature-algorithms.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface RouteParts {
  readonly server: () => AuthorizationServer;
  readonly keys: () => SigningKeys;
  readonly registration: boolean;
}

const anyone = 'Anyone: it says what is public about this server.';
/** s that others may keep the keys for; a key that they do not know makes them ask again. */
const keysMaxAge = 300;

/** What is served of the authorization server, each path by itself. */
export function authorizationRoutes({ server, keys, registration }: RouteParts): Route[] {
  const provider = (method: 'get' | 'post', path: string, access: string): Route => ({
    method,
    path,
    access,
    handle: (request, response) => server().handle(request, response),
  });
  return [
    ...['', '/mcp'].map(variant => resourceMetadata(`/.well-known/oauth-protected-resource${variant}`)),
    provider('get', '/.well-known/oauth-authorization-server', anyone),
    provider('get', '/.well-known/openid-configuration', anyone),
    {
      method: 'get',
      path: endpoints.jwks,
      access: anyone,
      async handle(_request, response) {
        response.set('Cache-Control', `public, max-age=${keysMaxAge}`);
        response.json({ keys: await keys().publicKeys() });
      },
    },
    provider('get', endpoints.authorization, 'Anyone: leads to the sign-in page, and decides nothing by itself.'),
    provider('get', `${endpoints.authorization}/:uid`, 'The browser that was asked, by a cookie of this path.'),
    provider('post', endpoints.token, 'The client authenticates; a code or refresh token says for whom.'),
    provider('post', endpoints.revocation, 'The client authenticates, and ends tokens of its own.'),
    ...(registration ? [provider('post', endpoints.registration, 'Anyone: a client alone may do nothing.')] : []),
  ];
}

/** RFC 9728. */
function resourceMetadata(path: string): Route {
  return {
    method: 'get',
    path,
    access: anyone,
    handle(_request: Request, response: Response, { server }: Runtime) {
      response.json({
        resource: resourceOf(server),
        resource_name: 'Gatehouse',
        authorization_servers: [server.publicUrl],
        jwks_uri: `${server.publicUrl}${endpoints.jwks}`,
        scopes_supported: scopes,
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: signatureAlgorithms,
      });
    },
  };
}
