import { expect, test, vi } from 'vitest';
import { starterFiles } from '../../src/cli/starter-files.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

/** Clears a screen, begins a line of its own, and hides the same in the eight-bit form. */
const hostile = 'x\u001b[2J\nforged  line\u009b2J';

test(`${verifies('CLI-1')} what callers and users have chosen neither forges a line of a listing nor steers the terminal`, async () => {
  const folder = makeFolder(starterFiles);
  const run = (...args: string[]) => runCommand(args, { folder });
  await run('user', 'create', '--login', 'sara', '--groups', 'staff');
  const made = await run('key', 'create', '--name', hostile, '--user', 'sara', '--scopes', 'read', '--json');
  const { key } = JSON.parse(made.stdout) as { key: string };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: hostile, version: hostile } };
  const stdin = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'search', arguments: { model: hostile } } },
  ];
  const spoken = await runCommand(['stdio'], {
    folder,
    env: { GATEHOUSE_API_KEY: key },
    stdin: stdin.map(message => `${JSON.stringify(message)}\n`).join(''),
  });
  expect(spoken.code).toBe(0);

  for (const [noun, headings] of [
    ['key', /^PREFIX +NAME +USER /],
    ['session', /^ID +KEY +CLIENT /],
    ['audit', /^TIME +USER +KEY /],
  ] as const) {
    const rows = JSON.parse((await run(noun, 'list', ...(noun === 'session' ? ['--all'] : []), '--json')).stdout);
    const { stdout } = await run(noun, 'list', ...(noun === 'session' ? ['--all'] : []));
    const lines = stdout.trimEnd().split('\n');
    expect({ noun, lines: lines.length }).toEqual({ noun, lines: rows.length + 1 });
    expect(rows).not.toHaveLength(0);
    expect(lines[0]).toMatch(headings);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }
  const { stdout } = await run('key', 'show', key.slice(3, 11));
  expect(stdout).toContain('name: x\\u001b[2J\\u000aforged  line\\u009b2J\n');
});
