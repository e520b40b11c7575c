import { offlineAccess, scopes, scopesIn } from '../scopes.ts';
import { choice, invalid, link, type Metadata, optionalText, shownLine, texts } from './metadata-fields.ts';
import { redirectUriFault } from './redirect-uri.ts';

/** Redirect URIs of one client. */
const mostRedirects = 20;
/** Characters of a client's keys, as JSON. */
const longestKeys = 10_000;

const grantTypes = ['authorization_code', 'refresh_token'];

/** How clients may authenticate; the first is what one gets that does not say. */
const methods = {
  dcr: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  // Whoever can read a document can read a secret in it.
  cimd: ['none', 'private_key_jwt'],
} as const;

/**
 * The metadata of a client that nobody has vouched for, the way it is registered. What is not understood (scopes, grant
 * types, fields) is left out, what is missing is put in, and what is wrong is refused: InvalidClientMetadata, naming the
 * field. It never gets more than codes and refresh tokens for a user who agrees; `client_id` is for the caller to add.
 */
export function normalMetadata(input: {
  readonly metadata: Metadata;
  readonly kind: keyof typeof methods;
  readonly privateSchemes: readonly string[];
}): Record<string, unknown> {
  const { metadata, kind } = input;
  const redirects = redirectUris(input);
  const grants = grantsOf(metadata);
  const responses = texts(metadata, 'response_types');
  if (responses && !responses.includes('code')) throw invalid('response_types', 'expected code');
  const method = choice(metadata, 'token_endpoint_auth_method', methods[kind]) ?? methods[kind][0];
  return withoutMissing({
    application_type: 'native',
    client_name: shownLine(metadata, 'client_name') ?? nameFrom(redirects),
    client_uri: link(metadata, 'client_uri'),
    policy_uri: link(metadata, 'policy_uri'),
    tos_uri: link(metadata, 'tos_uri'),
    redirect_uris: redirects,
    grant_types: grants,
    response_types: ['code'],
    scope: scopeOf(input),
    token_endpoint_auth_method: method,
    dpop_bound_access_tokens: metadata.dpop_bound_access_tokens === true || undefined,
    ...(method === 'private_key_jwt' && keysOf(metadata)),
  });
}

function redirectUris({ metadata, privateSchemes }: { metadata: Metadata; privateSchemes: readonly string[] }) {
  const uris = texts(metadata, 'redirect_uris');
  if (!uris || uris.length === 0) throw invalid('redirect_uris', 'expected at least one');
  if (uris.length > mostRedirects) throw invalid('redirect_uris', `expected at most ${mostRedirects}`);
  for (const [index, uri] of uris.entries()) {
    const fault = redirectUriFault(uri, { privateSchemes });
    if (fault) throw invalid(`redirect_uris[${index}]`, fault);
  }
  return uris;
}

function grantsOf(metadata: Metadata): readonly string[] {
  const named = texts(metadata, 'grant_types');
  if (!named) return grantTypes;
  if (!named.includes('authorization_code')) throw invalid('grant_types', 'expected authorization_code');
  return grantTypes.filter(type => named.includes(type));
}

/**
 * Of a document: what it names; one that names nothing known is like one that names nothing. Who registers itself may ask
 * for everything whatever it names, as users are asked in any case: clients register with what their first challenge
 * named, and ask for more when they need more.
 */
function scopeOf({ metadata, kind }: { metadata: Metadata; kind: keyof typeof methods }): string {
  const named = scopesIn(optionalText(metadata, 'scope'));
  return [...(kind === 'cimd' && named.length > 0 ? named : scopes), offlineAccess].join(' ');
}

function keysOf(metadata: Metadata) {
  const { jwks } = metadata;
  const address = link(metadata, 'jwks_uri');
  if (address !== undefined && jwks !== undefined) throw invalid('jwks', 'expected either jwks or jwks_uri');
  if (address !== undefined) {
    if (!address.startsWith('https:')) throw invalid('jwks_uri', 'expected an https URL');
    return { jwks_uri: address };
  }
  if (typeof jwks !== 'object' || jwks === null) throw invalid('jwks', 'private_key_jwt needs jwks or jwks_uri');
  if (JSON.stringify(jwks).length > longestKeys) throw invalid('jwks', `expected at most ${longestKeys} characters`);
  return { jwks };
}

/** What the user is sent back to says more than no name at all. */
function nameFrom(redirects: readonly string[]): string {
  const [first = ''] = redirects;
  const url = URL.parse(first);
  return url?.hostname || url?.protocol.slice(0, -1) || first;
}

function withoutMissing(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
