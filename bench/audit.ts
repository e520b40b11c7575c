/**
 * How long it takes to check, export and search a large log: `node bench/audit.ts [--entries 1000000]`. On SQLite in a
 * folder of its own, or on the server that `MONGODB_URI` names (with --mongo), in a database of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createAuditLog } from '../plugins/security/audit/audit-log.ts';
import { exportLog } from '../plugins/security/audit/export-log.ts';
import { verifyLog } from '../plugins/security/audit/verify/verify-log.ts';
import { whoSaw } from '../plugins/security/audit/who-saw.ts';
import { boot } from '../src/boot.ts';
import { silentTerminal } from '../src/cli/terminal.ts';
import { always, type Call, defineConfig, formatPublicId } from '../src/index.ts';
import { dropDatabase, ownDatabase } from './mongo-database.ts';
import { contact, contactId } from './records.ts';

const { values: options } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, mongo: { type: 'boolean', default: false } },
});
const entries = Number(options.entries);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const database = options.mongo ? ownDatabase() : undefined;

const app = await boot({
  configFile: join(folder, 'mcp.config.ts'),
  config: defineConfig({
    store: database ?? `sqlite:${join(folder, 'bench.db')}`,
    plugins: { base: {}, security: {} },
    models: [contact],
  }),
  log: pino({ level: 'warn' }),
  terminal: silentTerminal,
  role: 'command',
});
await app.start();
const { runtime } = app;
const { store } = runtime;

await timed('write', async () => {
  const log = createAuditLog({ runtime });
  for (let from = 0; from < entries; from += 1_000) {
    await Promise.all(
      Array.from({ length: Math.min(1_000, entries - from) }, (_, index) => log.write(entry(from + index))),
    );
  }
  await log.close();
});
await timed('verify', async () => {
  const { isWhole, faults } = await verifyLog({ store, signer: undefined });
  if (!isWhole) throw new Error(JSON.stringify(faults));
});
for (const format of ['csv', 'json'] as const) {
  await timed(`export ${format}`, async () => {
    let bytes = 0;
    for await (const { text } of exportLog({ store, where: always, format })) bytes += Buffer.byteLength(text);
    return `${Math.round(bytes / 1e6)} MB`;
  });
}
await timed('who-saw', async () => {
  const model = runtime.registry.get('bench.contact');
  if (!model) throw new Error('no model');
  const subject = { model, record: formatPublicId('bench.contact', contactId(7)), field: 'email' };
  const { seen, possible } = await whoSaw({ runtime, subject, since: undefined, until: undefined });
  return `${seen.length} seen, ${possible.length} possible`;
});
await app.stop();
rmSync(folder, { recursive: true, force: true });
if (database !== undefined) await dropDatabase(database);

async function timed(what: string, run: () => Promise<string | undefined | void>): Promise<void> {
  const start = performance.now();
  const before = process.cpuUsage();
  const said = await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  const figures = `${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor, ${memory} MB resident`;
  process.stdout.write(
    `${what.padEnd(12)} ${entries.toLocaleString('en-US')} entries: ${figures}${said ? `, ${said}` : ''}\n`,
  );
}

function entry(number: number) {
  const id = formatPublicId('bench.contact', contactId(number % 10_000));
  const call: Call = {
    id: runtime.newId(),
    receivedAt: runtime.now(),
    transport: 'http',
    era: 'modern',
    protocolVersion: '2026-07-28',
    method: 'tools/call',
    params: {},
    target: 'read',
    client: { name: 'bench', version: '1.0.0', userAgent: 'bench/1.0 (node)', sessionId: undefined },
    address: '203.0.113.7',
    presented: undefined,
    traceparent: undefined,
    tool: undefined,
    arguments: {},
    touches: [{ model: 'bench.contact', operation: 'read', ids: [id] }],
    scope: 'read',
    principal: undefined,
    session: { id: contactId(1) },
    responseHeaders: {},
    reached: [],
  };
  const fields = ['name', 'email', 'city', 'street', 'is_company', 'employees', 'credit_limit', 'since'];
  const reached = [{ model: 'bench.contact', operation: 'read' as const, ids: [id], count: 1, fields }];
  return { call, outcome: { kind: 'ok' as const }, reached, durationMs: 0.8 };
}
