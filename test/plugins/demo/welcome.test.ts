import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clientLines } from '../../../plugins/demo/client-lines.ts';
import { boot } from '../../../src/boot.ts';
import { defineConfig } from '../../../src/config/define-config.ts';
import { storeVariables } from '../../../src/config/store-location.ts';
import { always } from '../../../src/index.ts';
import { keyOf } from '../../support/people.ts';
import { exampleWith, startGatehouse } from '../../support/start-gatehouse.ts';
import { sqliteStore, type TestStore } from '../../support/stores.ts';

const top = join(import.meta.dirname, '..', '..', '..');
const configFile = join(top, 'mcp.config.ts');
let store: TestStore;

beforeEach(async () => {
  store = await sqliteStore();
});
afterEach(() => store.drop());

/** Starts on the store, reading along or not. */
async function start(isInteractive: boolean): Promise<{ said: string; keys: number; passwords: number }> {
  const notes: string[] = [];
  const app = await boot({
    configFile,
    config: exampleWith(store),
    log: pino({ level: 'silent' }),
    terminal: { isInteractive, note: text => void notes.push(text), progress: () => ({ step() {}, end() {} }) },
  });
  try {
    await app.start();
    return {
      said: notes.join('\n'),
      keys: await app.runtime.store.count({ model: 'security.api-key', where: always }),
      passwords: await app.runtime.store.count({ model: 'base.password', where: always }),
    };
  } finally {
    await app.stop();
  }
}

test('on a terminal, the first start shows an admin key and passwords, and later ones are silent', async () => {
  const first = await start(true);
  expect(first).toMatchObject({ keys: 1, passwords: 4 });
  const passwords = new Map(
    Array.from(first.said.matchAll(/^ {2}(\w+) +((?:[a-z2-9]{5}-?){4})$/gm), ([, ...pair]) => [pair[0], pair[1]]),
  );
  expect([...passwords.keys()]).toEqual(['admin', 'sara', 'hank', 'ada']);
  expect(new Set(first.said.match(/gh_\w+/g)).size).toBe(1);
  for (const client of ['claude mcp add', 'mcpServers', 'inspector', 'curl']) expect(first.said).toContain(client);
  expect(await start(true)).toEqual({ said: '', keys: 1, passwords: 4 });
}, 120_000);

test('in a log, no key and no password is made, and the commands that make one are named', async () => {
  const first = await start(false);
  expect(first).toMatchObject({ keys: 0, passwords: 0 });
  expect(first.said).not.toContain('gh_');
  expect(first.said).toContain('npm run -s gatehouse -- key create --name first --user admin --all-scopes');
  expect(first.said).toContain('npm run -s gatehouse -- user set-password sara');
  expect(await start(true)).toEqual({ said: '', keys: 0, passwords: 0 });
}, 120_000);

test.each([
  [{ GATEHOUSE_STORE: 'sqlite:a.db', MONGODB_URI: 'mongodb://x/y' }, undefined, ['GATEHOUSE_STORE']],
  [{ GATEHOUSE_STORE: '', MONGODB_URI: 'mongodb://x/y' }, undefined, ['MONGODB_URI']],
  [{}, undefined, []],
  [{ GATEHOUSE_STORE: 'sqlite:a.db', MONGODB_URI: 'mongodb://x/y' }, 'sqlite:b.db', []],
  // As of a config that says `store: process.env.MONGODB_URI ?? …`.
  [{ GATEHOUSE_STORE: 'sqlite:a.db', MONGODB_URI: 'mongodb://x/y' }, 'mongodb://x/y', ['MONGODB_URI']],
])('of %j, with the store %s in the config, the variable that names the store goes along', (env, named, expected) => {
  const config = defineConfig({ plugins: {}, ...(named !== undefined && { store: named }) });
  expect(Object.keys(storeVariables({ config, env }))).toEqual(expected);
});

test('where the config names the store, no line speaks of a variable that names another', async () => {
  vi.stubEnv('MONGODB_URI', 'mongodb://elsewhere.example/other');
  try {
    for (const isInteractive of [true, false]) expect((await start(isInteractive)).said).not.toContain('MONGODB_URI');
  } finally {
    vi.unstubAllEnvs();
  }
}, 120_000);

test('the lines to paste work', async () => {
  const gatehouse = await startGatehouse({ config: exampleWith(store) });
  try {
    const key = await keyOf(gatehouse, 'admin');
    const program = [process.execPath, join(top, 'src/cli/main.ts')];
    const lines = clientLines({
      url: gatehouse.url,
      key,
      program,
      configFile,
      storeVariables: { GATEHOUSE_STORE: store.location },
    });

    const answer = await likeCurl(lines.slice(lines.indexOf('curl -s')));
    expect(answer).toMatchObject({ result: { structuredContent: { total: 28 } } });

    const desktop = JSON.parse(lines.slice(lines.indexOf('{'), lines.indexOf('MCP Inspector')));
    const { command, args, env } = desktop.mcpServers.gatehouse;
    const client = new Client({ name: 'desktop', version: '1.0.0' });
    await client.connect(new StdioClientTransport({ command, args, env, cwd: '/' }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('search');
    await client.close();
  } finally {
    await gatehouse.stop();
  }
}, 120_000);

/** Sends what the curl command line says. */
async function likeCurl(line: string): Promise<unknown> {
  const url = /curl -s (\S+)/.exec(line)?.[1] ?? '';
  const headers = [...line.matchAll(/-H '([^:']+): ([^']+)'/g)].map(([, name = '', value = '']) => [name, value]);
  const body = /-d '([^']+)'/.exec(line)?.[1] ?? '';
  const response = await fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body });
  return response.json();
}
