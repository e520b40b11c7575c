import type { Runtime } from '../../../src/index.ts';
import { findUser } from '../../base/plugin.ts';
import { oauthErrors } from '../errors.ts';
import { isScope, scopes } from '../scopes.ts';
import { insertClient } from './client-rows.ts';
import { parseKeys } from './parse-keys.ts';
import { newSecret } from './secret.ts';

export interface NewService {
  readonly runtime: Runtime;
  /** What it is for. */
  readonly name: string;
  /** Login of the user that it acts as. */
  readonly user: string;
  readonly scopes: readonly string[];
  /** How it proves who it is: with a secret that is made here, or by signing with a key of its own (RFC 7523). */
  readonly credential:
    | { readonly kind: 'secret' }
    /** `jwks`: a JSON Web Key Set (RFC 7517), as JSON. */
    | { readonly kind: 'keys'; readonly jwks: string };
}

export interface CreatedService {
  readonly id: string;
  readonly clientId: string;
  /** Shown here and never again; undefined where it has keys. */
  readonly secret: string | undefined;
}

/**
 * Registers a service: a client without people, which gets tokens by its own credential (RFC 6749, section 4.4) and acts
 * as one user. Throws CLIENT_INVALID, naming every option that does not fit.
 */
export async function createService(input: NewService): Promise<CreatedService> {
  const { runtime, name, credential } = input;
  const owner = await findUser(runtime, input.user);
  const keys = credential.kind === 'keys' ? await parseKeys(credential.jwks) : undefined;
  const faults = [
    ...(name.trim() === '' ? ['name: expected what the service is for'] : []),
    ...(owner ? [] : [`user: there is no user ${input.user}`]),
    ...(owner && !owner.isActive ? [`user: ${input.user} is disabled`] : []),
    ...(input.scopes.length === 0 ? ['scopes: expected at least one'] : []),
    ...input.scopes
      .filter(scope => !isScope(scope))
      .map(scope => `scopes: there is no scope ${scope}; expected ${scopes.join(', ')}`),
    ...(keys && 'fault' in keys ? [`jwks: ${keys.fault}`] : []),
  ];
  if (!owner || faults.length > 0) throw oauthErrors.CLIENT_INVALID({ message: faults.join('; '), data: { faults } });
  const granted = scopes.filter(scope => input.scopes.includes(scope));
  const clientId = `service_${runtime.newId()}`;
  const secret = credential.kind === 'secret' ? newSecret(runtime) : undefined;
  const metadata = {
    application_type: 'native',
    client_name: name.trim(),
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    scope: granted.join(' '),
    ...(secret !== undefined && { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
    ...(keys && 'jwks' in keys && { token_endpoint_auth_method: 'private_key_jwt', jwks: keys.jwks }),
  };
  const row = await insertClient({
    runtime,
    clientId,
    kind: 'service',
    metadata,
    scopes: granted,
    user: owner.user.id,
  });
  return { id: row.id, clientId, secret };
}
