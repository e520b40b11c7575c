import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { callback, type OAuthHouse, openOAuthHouse, pkce } from './oauth-house.ts';

describeOnStores('authorization requests', open => {
  let store: TestStore;
  let house: OAuthHouse;
  let clientId: string;

  beforeAll(async () => {
    store = await open();
    house = await openOAuthHouse(store);
    clientId = String((await house.register()).json.client_id);
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain', { code_challenge_method: 'plain' }],
    ['a challenge without its method', { code_challenge_method: undefined }],
    ['a challenge that is too short', { code_challenge: 'short' }],
    ['the token in the fragment', { response_type: 'token' }],
    ['a code and a token', { response_type: 'code token' }],
    ['another resource', { resource: 'https://other.example/mcp' }],
    ['a resource with a fragment', { resource: 'https://other.example/mcp#x' }],
    ['scopes that are none of ours', { scope: 'admin openid' }],
    ['an unknown response mode', { response_mode: 'web_message' }],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['a state that no store takes', { state: 'a\0b' }],
    ['a login hint that no store takes', { login_hint: 'a\0b' }],
  ])(`${verifies('OAUTH-2')} is refused, back at the client and with iss: %s`, async (_, parameters) => {
    const { location } = await house.authorize({ clientId, parameters });
    expect(location.href.startsWith(callback)).toBe(true);
    const answer = new URLSearchParams(location.search || location.hash.slice(1));
    expect(answer.get('error')).toMatch(/^(invalid|unsupported|request)_/);
    expect(answer.get('iss')).toBe(house.origin);
    expect(answer.get('code')).toBeNull();
  });

  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:7777/other' }],
    ['userinfo before the host', { redirect_uri: 'http://127.0.0.1:7777@evil.example/callback' }],
    ['another host', { redirect_uri: 'https://evil.example/callback' }],
    ['a longer path', { redirect_uri: 'http://127.0.0.1:7777/callback/../evil' }],
    ['a query', { redirect_uri: 'http://127.0.0.1:7777/callback?next=x' }],
    ['a fragment', { redirect_uri: 'http://127.0.0.1:7777/callback#x' }],
    ['no redirect URI', { redirect_uri: undefined }],
  ])(`${verifies('OAUTH-2')} leads nowhere: %s`, async (_, parameters) => {
    await expect(house.authorize({ clientId, parameters })).rejects.toThrow(/^400 [\s\S]*<dd>invalid_/);
  });

  test('a loopback redirect may use another port', async () => {
    const redirect_uri = 'http://127.0.0.1:54321/callback';
    const { location } = await house.authorize({ clientId, parameters: { redirect_uri } });
    expect(location.origin).toBe('http://127.0.0.1:54321');
    expect(location.searchParams.get('code')).not.toBeNull();
  });

  test(`${verifies('OAUTH-7')} granted is what was asked for, the client may ask for, and the user ticked`, async () => {
    const limited = String((await house.register()).json.client_id);
    const clients = house.app.runtime.system('test').of('oauth.client');
    const [row] = (await clients.search({ domain: [['client_id', '=', limited]] })).records;
    await clients.write([row?.id ?? ''], { scopes: ['read', 'write'] });
    const asked = { clientId: limited, scope: 'read write delete nonsense' };
    expect((await house.connect({ ...asked })).scope).toBe('read write');
    expect((await house.connect({ ...asked, ticked: ['write', 'delete'] })).scope).toBe('write');
    expect((await house.connect({ clientId, scope: 'read', ticked: ['read', 'delete'] })).scope).toBe('read');
  });

  test(`${verifies('OAUTH-7')} a user cannot give what no model allows them`, async () => {
    // Hank of HR may read, write and create employees, and delete nothing.
    expect((await house.connect({ clientId, user: 'hank', scope: 'read delete' })).scope).toBe('read');
    const { location } = await house.authorize({ clientId, user: 'hank', scope: 'delete' });
    expect(location.searchParams.get('error')).toBe('access_denied');
  });

  test('who asks for no scope gets the least', async () => {
    expect((await house.connect({ parameters: { scope: undefined } })).scope).toBe('read');
  });

  test('no means no', async () => {
    const { location } = await house.authorize({ clientId, denied: true });
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'the user said no',
      state: 'state-1',
      iss: house.origin,
    });
  });

  test.each([
    ['missing', undefined],
    ['another', pkce().verifier],
    ['too short', 'a'.repeat(42)],
    ['too long', 'a'.repeat(129)],
    ['with strange characters', `${'a'.repeat(50)} %`],
  ])(`${verifies('OAUTH-2')} a verifier that is %s gets nothing`, async (_, verifier) => {
    const { location } = await house.authorize({ clientId });
    const answer = await house.post('token', {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: location.searchParams.get('code') ?? '',
      redirect_uri: callback,
      ...(verifier !== undefined && { code_verifier: verifier }),
    });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatch(/^invalid_(grant|request)$/);
  });

  test(`${verifies('OAUTH-2')} the token request cannot ask for another resource, nor redirect elsewhere`, async () => {
    const changes: Record<string, string>[] = [
      { resource: 'https://other.example/mcp' },
      { redirect_uri: `${callback}/other` },
    ];
    for (const change of changes) {
      const { location, verifier } = await house.authorize({ clientId });
      const answer = await house.post('token', {
        grant_type: 'authorization_code',
        client_id: clientId,
        code: location.searchParams.get('code') ?? '',
        redirect_uri: callback,
        code_verifier: verifier,
        ...change,
      });
      expect(answer.json.error).toMatch(/^invalid_(target|grant)$/);
    }
  });

  test('an authorization is answered in the browser that it was begun in, and once', async () => {
    const strange = await fetch(`${house.origin}/mcp/oauth/authorize/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`);
    expect(strange.status).toBe(400);
    expect(await strange.text()).toContain('<dd>invalid_request</dd>');
  });
});
