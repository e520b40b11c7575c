import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  checkClock,
  checkNode,
  checkPublicUrl,
  checkStoreFile,
  checkTrustedProxies,
} from '../../../../src/cli/doctor/checks.ts';
import type { ServerSettings } from '../../../../src/config/define-config.ts';
import { serverSettings } from '../../../../src/config/server-settings.ts';
import { makeFolder } from '../../../support/folder.ts';

function settings(given: Partial<ServerSettings>): ServerSettings {
  const { settings: made } = serverSettings({ given, env: {} });
  if (!made) throw new Error('faulty settings');
  return made;
}

test.each<[Partial<ServerSettings>, boolean, string]>([
  [{}, true, 'ok'],
  [{ host: '::1' }, true, 'ok'],
  [{ host: '0.0.0.0', publicUrl: 'http://localhost:3000' }, false, 'warn'],
  [{ host: '0.0.0.0' }, false, 'warn'],
  [{ publicUrl: 'http://mcp.example.com' }, false, 'warn'],
  [{ publicUrl: 'https://mcp.example.com' }, false, 'ok'],
  [{ publicUrl: 'https://mcp.example.com' }, true, 'warn'],
])('public URL: %j, demo %j: %s', (given, hasDemo, status) => {
  expect(checkPublicUrl(settings(given), { hasDemo }).status).toBe(status);
});

test.each<[Partial<ServerSettings>, string]>([
  [{}, 'ok'],
  [{ trustedProxies: ['10.0.0.0/8', '::1'] }, 'ok'],
  [{ publicUrl: 'https://mcp.example.com' }, 'warn'],
  [{ publicUrl: 'https://mcp.example.com', trustedProxies: ['10.0.0.1'] }, 'ok'],
  [{ trustedProxies: ['0.0.0.0/0'] }, 'fail'],
  [{ trustedProxies: ['10.0.0.1', '::/0'] }, 'fail'],
])('trusted proxies: %j: %s', (given, status) => {
  expect(checkTrustedProxies(settings(given)).status).toBe(status);
});

test.each([
  ['20.20.2', 'fail'],
  ['22.17.9', 'fail'],
  ['22.18.0', 'ok'],
  ['24.1.0', 'ok'],
])('Node %s: %s', (version, status) => {
  expect(checkNode(version).status).toBe(status);
});

test('a clock that is behind the config itself is wrong', () => {
  const configFile = join(makeFolder({ 'mcp.config.ts': '' }), 'mcp.config.ts');
  expect(checkClock({ now: Date.UTC(2020, 0, 1), configFile }).status).toBe('warn');
  expect(checkClock({ now: Date.UTC(2100, 0, 1), configFile }).status).toBe('ok');
});

test('a store file that others may read, with what to do', () => {
  const folder = makeFolder({ 'data/x.db': '', 'mcp.config.ts': '' });
  const check = () => checkStoreFile({ location: 'sqlite:data/x.db', configFile: join(folder, 'mcp.config.ts') });
  chmodSync(join(folder, 'data/x.db'), 0o640);
  expect(check()).toMatchObject([{ status: 'warn', solve: `Run: chmod 600 ${join(folder, 'data/x.db')}` }]);
  chmodSync(join(folder, 'data/x.db'), 0o600);
  expect(check()).toMatchObject([{ status: 'ok' }]);
  expect(checkStoreFile({ location: 'mongodb://h/db', configFile: join(folder, 'mcp.config.ts') })).toEqual([]);
});
