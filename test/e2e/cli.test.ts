import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { starterFiles } from '../../src/cli/starter-files.ts';
import { verifies } from '../requirements.ts';
import { exitOf, runCommand, startCommand, urlOf } from '../support/command-line.ts';
import { makeFolder, writeInto } from '../support/folder.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

/** A folder as `init` makes it. */
function initialized(): string {
  return makeFolder(starterFiles);
}

test(`${verifies('CLI-1')} init writes what starts, and overwrites nothing`, async () => {
  const folder = makeFolder();
  const first = await runCommand(['init', '--json'], { folder });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const { files } = JSON.parse(first.stdout) as { files: string[] };
  expect(files).toEqual(['mcp.config.ts', 'models/contact.ts', '.gitignore']);

  writeInto(folder, 'mcp.config.ts', `${readFileSync(join(folder, 'mcp.config.ts'), 'utf8')}// mine\n`);
  const second = await runCommand(['init'], { folder });
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(/^FILE_EXISTS: Nothing was written: .* has mcp\.config\.ts, models\/contact\.ts/);
  expect(readFileSync(join(folder, 'mcp.config.ts'), 'utf8')).toMatch(/\/\/ mine\n$/);

  const doctor = await runCommand(['doctor', '--json'], { folder });
  const findings = JSON.parse(doctor.stdout) as { check: string; status: string }[];
  expect(doctor.code).toBe(0);
  expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(findings.find(({ check }) => check === 'users')?.status).toBe('warn');
});

test(`${verifies('CLI-1')} init writes all files or none, and says what is in the way`, async () => {
  const folder = makeFolder({ models: 'a file, not a folder', taken: '' });
  for (const [target, reason] of [
    [folder, 'models'],
    [join(folder, 'taken'), 'taken'],
  ] as const) {
    const ran = await runCommand(['init', target], { folder });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^FILES_NOT_WRITTEN: Nothing was written to .*${reason}`));
  }
  expect(readdirSync(folder)).toEqual(['models', 'taken']);
});

test(`${verifies('CLI-1', 'OPS-1')} serve prints one line, answers, and stops gracefully on a signal`, async () => {
  const folder = initialized();
  const child = startCommand(['serve'], { folder, env: { PORT: '0' } });
  const url = await urlOf(child);
  const ready = await fetch(new URL('/readyz', url));
  expect(ready.status).toBe(200);
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).not.toBe(200);
  const log: Buffer[] = [];
  child.stderr?.on('data', piece => log.push(piece));
  child.kill('SIGTERM');
  expect(await exitOf(child)).toBe(0);
  const lines = Buffer.concat(log).toString('utf8').trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
  expect(lines.join()).toContain('SIGTERM');
});

test('a port that is taken is said plainly', async () => {
  const folder = initialized();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const ran = await runCommand(['serve'], { folder, env: { PORT: String(port) } });
  taken.close();
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(
    new RegExp(`^ADDRESS_NOT_AVAILABLE: The server cannot listen on 127\\.0\\.0\\.1, port ${port}`),
  );
  expect(ran.stderr).not.toContain('    at ');
});

test(`${verifies('CLI-1')} users and keys: --json is JSON alone, everything else is on stderr`, async () => {
  const folder = initialized();
  expect((await runCommand(['user', 'create', '--login', 'sara', '--groups', 'staff'], { folder })).code).toBe(0);
  const created = await runCommand(
    ['key', 'create', '--name', 'first', '--user', 'sara', '--scopes', 'read', '--json'],
    { folder },
  );
  expect(created.code).toBe(0);
  expect(JSON.parse(created.stdout)).toMatchObject({ prefix: expect.any(String), key: expect.stringMatching(/^gh_/) });
  for (const args of [
    ['user', 'list'],
    ['group', 'list'],
    ['key', 'list'],
    ['permission', 'list'],
    ['session', 'list'],
    ['audit', 'list'],
    ['model', 'list'],
  ]) {
    const listed = await runCommand([...args, '--json'], { folder });
    expect({ args, code: listed.code }).toEqual({ args, code: 0 });
    expect(Array.isArray(JSON.parse(listed.stdout))).toBe(true);
    expect(listed.stdout).not.toContain(JSON.parse(created.stdout).key.slice(12));
  }
});

test(`${verifies('SES-2')} a key is made with times of its own for its sessions, and its successor keeps them`, async () => {
  const folder = initialized();
  await runCommand(['user', 'create', '--login', 'sara', '--groups', 'staff'], { folder });
  const create = (...options: string[]) =>
    runCommand(['key', 'create', '--name', 'k', '--user', 'sara', '--scopes', 'read', ...options, '--json'], {
      folder,
    });
  const times = { sessionIdleMinutes: 5, sessionMaxMinutes: 90 };
  const created = await create('--session-idle', '5', '--session-max', '90');
  const { prefix, ...shown } = JSON.parse(created.stdout);
  expect(shown).toMatchObject(times);
  const rotated = await runCommand(['key', 'rotate', prefix, '--json'], { folder });
  expect(rotated.code).toBe(0);
  const listed = JSON.parse((await runCommand(['key', 'list', '--json'], { folder })).stdout);
  expect(listed).toEqual([expect.objectContaining(times), expect.objectContaining(times)]);
  // There is no mail here: the log says which key it is that nobody was told of.
  const successor = listed.find((listedKey: { prefix: string }) => listedKey.prefix !== prefix);
  expect(rotated.stderr).toContain(`"prefix":"${successor.prefix}"`);

  for (const [option, value] of [
    ['--session-idle', '0'],
    ['--session-max', 'soon'],
  ] as const) {
    const refused = await create(option, value);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(`KEY_INVALID: ${option}: expected a whole number from 1, not "${value}".`);
  }
});

test(`${verifies('PROTO-2')} stdio serves the same tools, and stdout carries protocol alone`, async () => {
  const folder = initialized();
  await runCommand(['user', 'create', '--login', 'sara', '--groups', 'staff'], { folder });
  const created = await runCommand(['key', 'create', '--name', 'k', '--user', 'sara', '--scopes', 'read', '--json'], {
    folder,
  });
  const { key } = JSON.parse(created.stdout) as { key: string };
  const stdin = [
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'search', arguments: { model: 'crm.contact' } } },
  ];
  // A config that prints must not get in between.
  writeInto(
    folder,
    'mcp.config.ts',
    `console.log('a config that prints');\n${readFileSync(join(folder, 'mcp.config.ts'), 'utf8')}`,
  );
  const ran = await runCommand(['stdio'], {
    folder,
    env: { GATEHOUSE_API_KEY: key },
    stdin: `${stdin.map(message => JSON.stringify(message)).join('\n')}\n`,
  });
  expect(ran.code).toBe(0);
  const answers = ran.stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  expect(answers[1].result.structuredContent).toEqual({ results: [], total: 0 });
  expect(ran.stderr).toContain('a config that prints');
});

test.each([
  ['no key', {}],
  ['a bad key', { GATEHOUSE_API_KEY: 'gh_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbb' }],
])(`${verifies('PROTO-2')} stdio with %s says why on stderr and fails`, async (_, env) => {
  const ran = await runCommand(['stdio'], { folder: initialized(), env });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^KEY_REFUSED: .*GATEHOUSE_API_KEY/);
});

test.each([
  ['an unknown command', ['sevre']],
  ['an unknown option', ['model', 'list', '--nope']],
  ['a missing argument', ['model', 'show']],
  ['a missing option', ['import', 'x.csv']],
  ['too many arguments', ['doctor', 'x']],
  ['a command without its subcommand', ['model']],
  ['an option without its value', ['--config']],
])(`${verifies('CLI-1')} %s: usage on stderr, exit code 2`, async (_, args) => {
  const ran = await runCommand(args, { folder: initialized() });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).not.toBe('');
  expect(ran.stderr).not.toContain('    at ');
});

test(`${verifies('CFG-1', 'CLI-1')} a faulty config starts nothing and names every fault; help and doctor still work`, async () => {
  const folder = initialized();
  const config = readFileSync(join(folder, 'mcp.config.ts'), 'utf8');
  writeInto(folder, 'mcp.config.ts', config.replace("group: 'staff'", "group: 'stfaf'").replace("'pii'", "'pi'"));
  for (const args of [
    ['serve'],
    ['stdio'],
    ['user', 'list'],
    ['model', 'list'],
    ['import', 'x.csv', '--model', 'crm.contact'],
  ]) {
    writeInto(folder, 'x.csv', 'name\nA\n');
    const ran = await runCommand(args, { folder, env: { GATEHOUSE_API_KEY: 'x' } });
    expect({ args, code: ran.code, stdout: ran.stdout }).toEqual({ args, code: 1, stdout: '' });
    expect(ran.stderr).toMatch(
      /^CONFIG_INVALID: The configuration has 2 faults:\n {2}mcp\.config\.ts:\d+:\d+ {2}policies\.access\[0\]\.group {2}There is no group stfaf\./,
    );
    expect(ran.stderr).toMatch(/\n {2}mcp\.config\.ts:\d+:\d+ {2}policies\.fields\[0\]\.classify {2}Expected one of/);
  }
  expect(existsSync(join(folder, 'data'))).toBe(false);

  const help = await runCommand(['--help'], { folder });
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('commands are missing here');
  const doctor = await runCommand(['doctor', '--json'], { folder });
  expect(doctor.code).toBe(1);
  const failed = (JSON.parse(doctor.stdout) as { check: string; status: string }[]).filter(
    ({ status }) => status === 'fail',
  );
  expect(failed.map(({ check }) => check)).toEqual(['config', 'config']);
});

test('the config is found from a folder below, and may be named', async () => {
  const folder = initialized();
  writeInto(folder, 'deep/er/file', '');
  const below = await runCommand(['model', 'show', 'crm.contact', '--json'], { folder: join(folder, 'deep/er') });
  expect(JSON.parse(below.stdout)).toMatchObject({ name: 'crm.contact', titleField: 'name' });
  const named = await runCommand(['--config', join(folder, 'mcp.config.ts'), 'model', 'list', '--json'], {
    folder: makeFolder(),
  });
  expect(named.code).toBe(0);
  const without = await runCommand(['model', 'list'], { folder: makeFolder() });
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('gatehouse init');
});

test('model show of a misspelt model suggests the right one', async () => {
  const ran = await runCommand(['model', 'show', 'crm.contct'], { folder: initialized() });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain('There is no model crm.contct. Did you mean crm.contact?');
});

test('a store that cannot be opened is said plainly', async () => {
  const folder = initialized();
  writeInto(folder, 'data', 'a file where a folder should be');
  const ran = await runCommand(['user', 'list'], { folder });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^STORE_UNAVAILABLE: /);
  expect((await runCommand(['doctor'], { folder })).code).toBe(1);
});

test('the store file is for its owner alone, and doctor notices when it is not', async () => {
  const folder = initialized();
  await runCommand(['user', 'list'], { folder });
  const file = join(folder, 'data', 'gatehouse.db');
  expect(statSync(file).mode & 0o077).toBe(0);
  chmodSync(file, 0o644);
  const { stdout } = await runCommand(['doctor', '--json'], { folder });
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ check: 'store file', status: 'warn' }));
});

test(`${verifies('CFG-1')} an edit of the policies holds in a running server without a restart`, async () => {
  const folder = initialized();
  await runCommand(['user', 'create', '--login', 'sara', '--groups', 'staff'], { folder });
  const created = await runCommand(['key', 'create', '--name', 'k', '--user', 'sara', '--scopes', 'read', '--json'], {
    folder,
  });
  const { key } = JSON.parse(created.stdout) as { key: string };
  const child = startCommand(['serve'], { folder, env: { PORT: '0' } });
  const url = await urlOf(child);
  const isAllowed = async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2025-11-25',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'search', arguments: { model: 'crm.contact' } },
      }),
    });
    const { result } = (await response.json()) as { result?: { isError?: boolean } };
    return result !== undefined && result.isError !== true;
  };
  const config = readFileSync(join(folder, 'mcp.config.ts'), 'utf8');
  expect(await isAllowed()).toBe(true);
  writeInto(folder, 'mcp.config.ts', config.replace(/permissions: \[.*\],/, 'permissions: [],'));
  await expect.poll(isAllowed, { timeout: 20_000 }).toBe(false);
  writeInto(folder, 'mcp.config.ts', config);
  await expect.poll(isAllowed, { timeout: 20_000 }).toBe(true);
  child.kill('SIGTERM');
  expect(await exitOf(child)).toBe(0);
});
