import { errors } from 'oidc-provider';
import { describe, expect, test } from 'vitest';
import { normalMetadata } from '../../../plugins/oauth/clients/normal-metadata.ts';
import { verifies } from '../../requirements.ts';

const redirect_uris = ['https://client.example/cb'];
const privateSchemes = ['cursor'];
const normal = (metadata: Record<string, unknown>, kind: 'dcr' | 'cimd' = 'dcr') =>
  normalMetadata({ metadata: { redirect_uris, ...metadata }, kind, privateSchemes });

function refusal(metadata: Record<string, unknown>, kind: 'dcr' | 'cimd' = 'dcr') {
  try {
    return { registered: normal(metadata, kind) };
  } catch (thrown) {
    if (!(thrown instanceof errors.InvalidClientMetadata)) throw thrown;
    return { error: thrown.error, description: thrown.error_description };
  }
}

const everything = 'read write create delete offline_access';

describe(`${verifies('OAUTH-5')} what a client says of itself`, () => {
  test('what is missing is put in', () => {
    expect(normal({})).toEqual({
      application_type: 'native',
      client_name: 'client.example',
      redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: everything,
      token_endpoint_auth_method: 'none',
    });
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['as Claude registers', claude, { client_name: 'Claude', scope: everything, token_endpoint_auth_method: 'none' }],
    ['as ChatGPT registers', chatGpt, { client_name: 'ChatGPT', token_endpoint_auth_method: 'client_secret_post' }],
    ['less than it may ask for', { scope: 'openid read' }, { scope: everything }],
    ['unknown grant types', { grant_types: ['authorization_code', 'urn:x'] }, { grant_types: ['authorization_code'] }],
    [
      'grants without people',
      { grant_types: ['authorization_code', 'client_credentials'] },
      { grant_types: ['authorization_code'] },
    ],
    ['more response types', { response_types: ['code', 'token'] }, { response_types: ['code'] }],
    ['another application type', { application_type: 'web' }, { application_type: 'native' }],
    ['a redirect URI twice', { redirect_uris: [...redirect_uris, ...redirect_uris] }, { redirect_uris }],
    [
      'null',
      { client_name: null, scope: null, client_uri: null },
      { client_name: 'client.example', scope: everything },
    ],
    ['a name with spaces around', { client_name: '  Acme  ' }, { client_name: 'Acme' }],
    ['an empty name', { client_name: '' }, { client_name: 'client.example' }],
    ['a private scheme', { redirect_uris: ['com.example.app:/cb'] }, { client_name: 'com.example.app' }],
    ['proofs of possession', { dpop_bound_access_tokens: true }, { dpop_bound_access_tokens: true }],
  ])('%s', (_what, given, expected) => {
    expect(normal(given)).toMatchObject(expected);
  });

  test('a document is taken at its word about scopes, as far as they are known', () => {
    expect(normal({ scope: 'openid read profile' }, 'cimd')).toMatchObject({ scope: 'read offline_access' });
    expect(normal({ scope: 'openid profile' }, 'cimd')).toMatchObject({ scope: everything });
  });

  test.each([
    'client_id',
    'client_secret',
    'registration_access_token',
    'gatehouse_scope',
    'logo_uri',
    'contacts',
    'id_token_signed_response_alg',
    'tls_client_auth_subject_dn',
    'require_pushed_authorization_requests',
    'sector_identifier_uri',
    'software_statement',
    '__proto__',
    'constructor',
    'jwks',
    'jwks_uri',
  ])('%s is none of its business, and left out', field => {
    const given = JSON.parse(`{ "${field}": "https://inner.example/x" }`);
    expect(Object.keys(normal(given))).not.toContain(field);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no redirect URIs', { redirect_uris: undefined }, 'redirect_uris: expected at least one'],
    ['an empty list', { redirect_uris: [] }, 'redirect_uris: expected at least one'],
    ['no list', { redirect_uris: 'https://client.example/cb' }, 'redirect_uris: expected a list of texts'],
    ['numbers', { redirect_uris: [1] }, 'redirect_uris: expected a list of texts'],
    ['too many', { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://client.example/${i}`) }, 'at most 20'],
    [
      'a bad one among good ones',
      { redirect_uris: [...redirect_uris, 'javascript:alert(1)'] },
      'redirect_uris[1]: may not have the scheme javascript',
    ],
    ['a fragment', { redirect_uris: ['https://client.example/cb#x'] }, 'redirect_uris[0]: may not have a fragment'],
  ])('redirect URIs, %s', (_what, given, description) => {
    expect(refusal(given)).toEqual({
      error: 'invalid_redirect_uri',
      description: expect.stringContaining(description),
    });
  });

  test.each<[string, Record<string, unknown>, string, ('dcr' | 'cimd')?]>([
    [
      'an authentication nobody knows',
      { token_endpoint_auth_method: 'tls_client_auth' },
      'token_endpoint_auth_method: expected one of none',
    ],
    [
      'a secret that everybody can read',
      { token_endpoint_auth_method: 'client_secret_basic' },
      'token_endpoint_auth_method: expected one of none, private_key_jwt',
      'cimd',
    ],
    ['no text', { token_endpoint_auth_method: ['none'] }, 'token_endpoint_auth_method: expected a text'],
    ['no code grant', { grant_types: ['client_credentials'] }, 'grant_types: expected authorization_code'],
    ['an implicit grant', { grant_types: ['implicit'], response_types: ['token'] }, 'grant_types: expected'],
    ['no code', { response_types: ['token'] }, 'response_types: expected code'],
    ['a scope that is no text', { scope: ['read'] }, 'scope: expected a text'],
    ['a long scope', { scope: 'x '.repeat(2000) }, 'scope: expected at most 2000'],
    ['a long name', { client_name: 'x'.repeat(201) }, 'client_name: expected at most 200'],
    ['a name that turns around', { client_name: 'Claude\u202Eevil' }, 'client_name: holds a character'],
    ['a name with an invisible character', { client_name: 'Cla\u200Bude' }, 'client_name: holds a character'],
    ['a name with a line break', { client_name: 'Claude\nVerified' }, 'client_name: holds a character'],
    ['a name with a NUL', { client_name: 'a\u0000b' }, 'client_name: holds a character'],
    ['a name with half a character', { client_name: 'a\uD800b' }, 'client_name: holds a character'],
    ['a script for a home page', { client_uri: 'javascript:alert(1)' }, 'client_uri: expected an https URL'],
    ['a home page that is none', { client_uri: 'client.example' }, 'client_uri: expected an https URL'],
    ['a user name in a link', { policy_uri: 'https://a@client.example' }, 'policy_uri: may not hold'],
    ['data for terms', { tos_uri: 'data:text/html,x' }, 'tos_uri: expected an https URL'],
    ['no keys', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks: private_key_jwt needs'],
    ['keys that are none', { token_endpoint_auth_method: 'private_key_jwt', jwks: 'x' }, 'jwks: private_key_jwt needs'],
    [
      'keys twice',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: {}, jwks_uri: 'https://client.example/k' },
      'jwks: expected either',
    ],
    [
      'keys without TLS',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://client.example/k' },
      'jwks_uri: expected an https URL',
    ],
    [
      'too many keys',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: ['x'.repeat(10_000)] } },
      'jwks: expected at most',
    ],
  ])('refused by name: %s', (_what, given, description, kind) => {
    expect(refusal(given, kind)).toEqual({
      error: 'invalid_client_metadata',
      description: expect.stringContaining(description),
    });
  });
});

const claude = {
  client_name: 'Claude',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'claudeai',
  redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
};

const chatGpt = {
  client_name: 'ChatGPT',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
};
