import type { Command } from 'commander';
import {
  all,
  any,
  type CommandContext,
  type Condition,
  equals,
  type Json,
  type Row,
  type Runtime,
} from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { requireKey } from '../keys/end-key.ts';
import { filterCount, filterMoment } from './options.ts';

interface ListOptions {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly key?: string;
  readonly model?: string;
  readonly outcome?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const outcomes = ['ok', 'denied', 'error'];

/** `audit list`. */
export function registerAuditCommands(program: Command, context: CommandContext): void {
  program
    .command('audit')
    .description('The log of all calls')
    .command('list')
    .description('Entries, the newest first')
    .option('--since <when>', 'from then on: a date, a time, or a span back from now such as 24h')
    .option('--until <when>', 'before then')
    .option('--user <login>', 'only of this user')
    .option('--key <key>', 'only of this key: prefix, id or name')
    .option('--model <model>', 'only calls that named or reached this model')
    .option('--outcome <outcome>', 'ok, denied or error')
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const rows = await runtime.store.find({
        model: 'security.audit-entry',
        where: await filterOf(runtime, options),
        order: [
          { field: 'time', descending: true },
          { field: 'sequence', descending: true },
        ],
        limit: filterCount('limit', options.limit),
      });
      const entries = rows.map(describe);
      context.print({ json: entries, text: entries.map(line).join('\n') || 'No entries.' }, options);
    });
}

async function filterOf(runtime: Runtime, options: ListOptions): Promise<Condition> {
  const conditions: Condition[] = [];
  const now = runtime.now();
  if (options.since !== undefined) {
    const value = filterMoment('since', options.since, now);
    conditions.push({ kind: 'compare', field: 'time', operator: '>=', value });
  }
  if (options.until !== undefined) {
    const value = filterMoment('until', options.until, now);
    conditions.push({ kind: 'compare', field: 'time', operator: '<', value });
  }
  if (options.user !== undefined) conditions.push(equals('user_login', options.user));
  if (options.key !== undefined) conditions.push(equals('credential_label', await labelOf(runtime, options.key)));
  if (options.model !== undefined) {
    const among = [{ wildcard: 'any' }, ` ${options.model} `, { wildcard: 'any' }] as const;
    conditions.push(
      any(equals('model', options.model), { kind: 'match', field: 'models', pattern: among, fold: false }),
    );
  }
  if (options.outcome !== undefined) {
    if (!outcomes.includes(options.outcome)) {
      throw securityErrors.FILTER_INVALID({ message: `--outcome: expected ${outcomes.join(', ')}.` });
    }
    conditions.push(equals('outcome', options.outcome));
  }
  return all(...conditions);
}

/** What looks like a prefix is taken as one: entries of keys that never existed can be found too. */
async function labelOf(runtime: Runtime, reference: string): Promise<string> {
  return /^[0-9A-Za-z]{8}$/.test(reference) ? reference : String((await requireKey(runtime, reference)).prefix);
}

function describe(row: Row) {
  const json = (name: string): Json => (row[name] ?? null) as Json;
  return {
    id: row.id,
    time: json('time'),
    callId: json('call_id'),
    outcome: json('outcome'),
    stage: json('stage'),
    code: json('code'),
    reason: json('reason'),
    user: json('user_login'),
    key: json('credential_label'),
    credential: { kind: json('credential_kind'), id: json('credential_id') },
    session: json('session_id'),
    address: json('address'),
    client: { name: json('client_name'), version: json('client_version'), userAgent: json('user_agent') },
    transport: json('transport'),
    method: json('method'),
    tool: json('tool'),
    model: json('model'),
    models: String(row.models ?? row.model ?? '')
      .split(' ')
      .filter(Boolean),
    recordIds: row.record_ids ?? [],
    fields: row.fields ?? [],
    domain: json('domain'),
    touched: json('touched'),
    durationMs: Number(row.duration_us ?? 0) / 1000,
    chain: { id: json('chain'), sequence: json('sequence'), previous: json('previous'), hash: json('hash') },
  };
}

function line(entry: ReturnType<typeof describe>): string {
  const what = [entry.tool ?? entry.method, entry.model].filter(Boolean).join(' ');
  const end =
    entry.outcome === 'ok' ? `ok, ${entry.touched} records` : `${entry.outcome}: ${entry.code} (${entry.reason})`;
  return [entry.time, entry.user ?? '-', entry.key ?? '-', entry.address, what, end].join('  ');
}
