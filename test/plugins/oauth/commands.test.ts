import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test, vi } from 'vitest';
import { oauthCommands } from '../../../plugins/oauth/commands/oauth.ts';
import { createEndAccess } from '../../../plugins/oauth/provider/end-access.ts';
import { createSigningKeys } from '../../../plugins/oauth/provider/signing-keys.ts';
import { always, equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { runInProcess } from '../../support/command-in-process.ts';
import { runCommand } from '../../support/command-line.ts';
import { makeFolder, writeInto } from '../../support/folder.ts';
import { callTool, send } from '../../support/raw-client.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type OAuthHouse, withOAuthHouse } from './oauth-house.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const top = join(import.meta.dirname, '..', '..', '..');
/** Every instance looks four times a second; a busy machine may take longer. */
const soon = { timeout: 15_000, interval: 50 };

type Shown = Record<string, unknown>;

describeOnStores('the commands of OAuth', open => {
  let store: TestStore;
  let house: OAuthHouse;
  withOAuthHouse({
    open,
    use(opened, its) {
      house = opened;
      store = its;
    },
  });

  const statusOf = async (key: string) => (await send(house.url, { key })).status;

  /** Runs a command line in this process; what it printed. */
  async function command<T = Shown>(...line: readonly string[]): Promise<{ json: T; text: string }> {
    const { runtime } = house.app;
    const access = () => createEndAccess({ runtime, onEnded: () => {} });
    const register = [oauthCommands({ access, keys: () => createSigningKeys(runtime) })];
    const { json, text } = await runInProcess({ runtime, register, line: ['oauth', ...line] });
    return { json: json as T, text };
  }

  async function tokenOf(clientId: string, clientSecret: string): Promise<string> {
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const answer = await house.post('token', { grant_type: 'client_credentials', scope: 'read' }, { authorization });
    expect(answer.status).toBe(200);
    return String(answer.json.access_token);
  }

  test(`${verifies('OAUTH-12', 'CLI-1')} hold at a running server, from another process`, async () => {
    const folder = makeFolder();
    const config = [
      `import example from ${JSON.stringify(join(top, 'mcp.config.ts'))};`,
      `const plugins = { ...example.plugins, oauth: {} };`,
      `export default { ...example, plugins, store: ${JSON.stringify(store.location)}, server: { logLevel: 'silent' } };`,
    ];
    writeInto(folder, 'mcp.config.ts', config.join('\n'));
    const run = async (...line: readonly string[]) => {
      const ran = await runCommand(['oauth', ...line, '--json'], { folder });
      expect(ran).toMatchObject({ code: 0 });
      return JSON.parse(ran.stdout) as Shown;
    };

    const made = await run('client', 'create', '--name', 'Nightly', '--user', 'hank', '--scopes', 'read', '--secret');
    expect(made).toMatchObject({ name: 'Nightly', user: 'hank', kind: 'service', scopes: ['read'] });
    const clientId = String(made.clientId);
    const key = await tokenOf(clientId, String(made.clientSecret));
    expect(await statusOf(key)).toBe(200);

    const keysOf = async () => {
      const jwks = (await (await fetch(`${house.origin}/mcp/oauth/jwks.json`)).json()) as { keys: { kid: string }[] };
      return jwks.keys.map(({ kid }) => kid);
    };
    const before = await keysOf();
    const { kid } = await run('rotate-keys');
    await expect.poll(keysOf, soon).toEqual(expect.arrayContaining([kid, ...before]));
    expect(await statusOf(key)).toBe(200);

    expect(await run('revoke', clientId, '--reason', 'left')).toMatchObject({ clientId, revoked: true });
    await expect.poll(() => statusOf(key), soon).toBe(401);
  });

  test('a service: its secret is shown once, and nowhere else', async () => {
    const { json, text } = await command(
      'client',
      'create',
      '--name',
      'A',
      '--user',
      'hank',
      '--scopes',
      'read',
      '--secret',
    );
    const secret = String(json.clientSecret);
    expect(text).toContain(secret);
    const { json: listed, text: lines } = await command<Shown[]>('clients', '--kind', 'service');
    expect(JSON.stringify(listed) + lines).not.toContain(secret);
    expect(listed.find(({ id }) => id === json.id)).toMatchObject({
      clientId: json.clientId,
      user: 'hank',
      endedAt: null,
    });
  });

  test('a service with keys has no secret', async () => {
    const { publicKey } = await generateKeyPair('ES256');
    const folder = makeFolder({ 'keys.json': JSON.stringify({ keys: [await exportJWK(publicKey)] }) });
    const line = ['client', 'create', '--name', 'B', '--user', 'hank', '--scopes', 'read,write'];
    const { json } = await command(...line, '--jwks', join(folder, 'keys.json'));
    expect(json).toMatchObject({ clientSecret: null, scopes: ['read', 'write'] });
  });

  test('what does not fit is named, and nothing is made', async () => {
    const folder = makeFolder({ 'bad.json': '{"kty":"oct","k":"c2VjcmV0"}' });
    const count = () => house.app.runtime.store.count({ model: 'oauth.client', where: always });
    const before = await count();
    const create = (changes: readonly string[]) => command('client', 'create', ...changes);
    const proper = ['--name', 'A', '--user', 'hank', '--scopes', 'read'];
    const cases: [readonly string[], string][] = [
      [proper, 'Either --secret or --jwks'],
      [[...proper, '--secret', '--jwks', 'x'], 'Either --secret or --jwks'],
      [[...proper, '--jwks', join(folder, 'none.json')], 'cannot be read'],
      [[...proper, '--jwks', join(folder, 'bad.json')], 'jwks: key 1 is symmetric'],
      [[...proper, '--secret', '--grant', 'password'], '--grant: expected client_credentials'],
      [['--name', ' ', '--user', 'nobody', '--scopes', 'read,admin', '--secret'], 'user: there is no user nobody'],
      [['--name', ' ', '--user', 'nobody', '--scopes', 'read,admin', '--secret'], 'scopes: there is no scope admin'],
      [['--name', ' ', '--user', 'nobody', '--scopes', 'read,admin', '--secret'], 'name: expected'],
      [['--name', 'A', '--user', 'hank', '--scopes', '', '--secret'], 'scopes: expected at least one'],
    ];
    for (const [line, message] of cases) {
      await expect(create(line)).rejects.toMatchObject({
        code: 'CLIENT_INVALID',
        publicMessage: expect.stringContaining(message),
      });
    }
    await expect(command('clients', '--kind', 'x')).rejects.toMatchObject({ code: 'CLIENT_INVALID' });
    await expect(command('grants', '--user', 'nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(await count()).toBe(before);
  });

  test(`${verifies('OAUTH-11', 'KEY-8')} a user ends their own apps, managers everyone's, and nobody learns of others'`, async () => {
    const mine = await house.connect({ user: 'sara' });
    const listed = async (user: string) => (await command<Shown[]>('grants', '--user', user)).json;
    const grant = (await listed('sara')).find(({ clientId }) => clientId === mine.clientId);
    expect(grant).toMatchObject({ user: 'sara', app: 'Test client', scopes: ['read', 'write'], endedAt: null });
    const id = String(grant?.id);

    const missing = '0'.repeat(24);
    const refusals = [];
    for (const reference of [id, missing, mine.clientId, 'nonsense']) {
      const refused = await command('revoke', reference, '--user', 'hank').catch((thrown: unknown) => thrown);
      refusals.push(refused);
      expect(refused).toMatchObject({ code: 'RECORD_NOT_FOUND' });
    }
    const texts = refusals.map(thrown => (thrown instanceof Error ? thrown.message : '').replace(/app \S+,/, 'app …,'));
    expect(new Set(texts).size).toBe(1);
    expect(await statusOf(mine.accessToken)).toBe(200);

    expect((await command('revoke', id, '--user', 'sara')).json).toMatchObject({ id, revoked: true });
    await expect.poll(() => statusOf(mine.accessToken), soon).toBe(401);
    expect(await listed('sara')).not.toContainEqual(expect.objectContaining({ id }));

    const another = await house.connect({ user: 'sara' });
    await expect(command('revoke', another.clientId, '--user', 'sara')).rejects.toMatchObject({
      code: 'RECORD_NOT_FOUND',
    });
    expect((await command('revoke', another.clientId, '--user', 'admin')).json).toMatchObject({ grants: 1 });
    await expect.poll(() => statusOf(another.accessToken), soon).toBe(401);
    await expect(command('revoke', missing)).rejects.toMatchObject({ code: 'GRANT_NOT_FOUND' });
  });

  test(`${verifies('OAUTH-11', 'KEY-8')} disconnect_app ends one's own, by the rights of the token`, async () => {
    const [mine, theirs] = [await house.connect({ user: 'sara' }), await house.connect({ user: 'hank' })];
    const reader = await house.connect({ user: 'sara', scope: 'read', ticked: ['read'] });
    const idOf = async (clientId: string) => {
      const where = equals('client_id', clientId);
      return (await house.app.runtime.store.find({ model: 'oauth.grant', where }))[0]?.id ?? '';
    };
    const disconnect = (key: string, app: string) => callTool(house.url, 'disconnect_app', { app }, { key });

    const seen = await callTool(house.url, 'search', { model: 'oauth.grant' }, { key: mine.accessToken });
    expect(seen.text).toContain(await idOf(mine.clientId));
    expect(seen.text).not.toContain(await idOf(theirs.clientId));

    const notTheirs = await disconnect(mine.accessToken, await idOf(theirs.clientId));
    const notThere = await disconnect(mine.accessToken, '0'.repeat(24));
    expect([notTheirs, notThere].map(({ json }) => json?.result?.isError)).toEqual([true, true]);
    expect(notTheirs.text.replaceAll(/[0-9a-f]{24}/g, '…')).toBe(notThere.text.replaceAll(/[0-9a-f]{24}/g, '…'));
    expect(await statusOf(theirs.accessToken)).toBe(200);

    const readOnly = await disconnect(reader.accessToken, await idOf(mine.clientId));
    expect(readOnly.status).toBe(403);
    expect(await statusOf(mine.accessToken)).toBe(200);

    expect((await disconnect(mine.accessToken, await idOf(mine.clientId))).json?.result?.isError).not.toBe(true);
    await expect.poll(() => statusOf(mine.accessToken), soon).toBe(401);
  });

  test('no tool reads what is sealed, not even for those who manage access', async () => {
    const boss = await house.connect({ user: 'admin' });
    for (const model of ['oauth.client-secret', 'oauth.registration-count', 'oauth.signing-key', 'oauth.artifact']) {
      const answer = await callTool(house.url, 'search', { model }, { key: boss.accessToken });
      expect([model, answer.json?.result?.isError]).toEqual([model, true]);
    }
    const clients = await callTool(house.url, 'search', { model: 'oauth.client' }, { key: boss.accessToken });
    expect(clients.json?.result?.isError).not.toBe(true);
  });
});
