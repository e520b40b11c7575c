import type { Command } from 'commander';
import { all, type CommandContext, type Condition, equals, type Json, table } from '../../../src/index.ts';
import { requireUser } from '../../base/plugin.ts';
import { requireKey } from '../keys/end-key.ts';
import { endSessionByHand } from '../sessions/end-by-hand.ts';
import type { SecuritySettings } from '../settings.ts';
import { filterCount } from './options.ts';

interface ListOptions {
  readonly user?: string;
  readonly key?: string;
  readonly all?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

/** `session list|end`. */
export function sessionCommands(settings: SecuritySettings['sessions']) {
  return (program: Command, context: CommandContext): void => {
    const session = program.command('session').description('Sessions of clients');
    registerList(session, context);

    session
      .command('end <id>')
      .description('Ends a session; its client gets no new one for a while')
      .option('--json', 'print JSON')
      .action(async (id: string, options: { json?: boolean }) => {
        const runtime = await context.runtime();
        const isEnded = await endSessionByHand({ runtime, settings, id });
        const text = isEnded
          ? `Session ${id} is ended. Its client gets no new one for ${settings.endedMinutes} minutes.`
          : `Session ${id} had ended already.`;
        context.print({ json: { id, ended: isEnded }, text }, options);
      });
  };
}

function registerList(session: Command, context: CommandContext): void {
  session
    .command('list')
    .description('Open sessions, the newest first')
    .option('--user <login>', 'only of this user')
    .option('--key <key>', 'only of this key: prefix, id or name')
    .option('--all', 'also those that have ended')
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const conditions: Condition[] = options.all ? [] : [equals('state', 'active')];
      if (options.key !== undefined)
        conditions.push(equals('credential_id', (await requireKey(runtime, options.key)).id));
      if (options.user !== undefined) {
        conditions.push(equals('user', (await requireUser(runtime, options.user)).user.id));
      }
      const rows = await runtime.store.find({
        model: 'security.session',
        where: all(...conditions),
        order: [{ field: 'started_at', descending: true }],
        limit: filterCount('limit', options.limit),
      });
      const sessions = rows.map(row => ({
        id: row.id,
        key: json(row.credential_label),
        client: [row.client_name, row.client_version].filter(Boolean).join(' '),
        userAgent: json(row.user_agent),
        addresses: json(row.addresses),
        startedAt: json(row.started_at),
        lastActivity: json(row.last_activity),
        requests: json(row.request_count),
        state: json(row.state),
        endReason: json(row.end_reason),
      }));
      const lines = sessions.map(({ id, key, client, requests, lastActivity, state }) => [
        id,
        key,
        client,
        requests,
        lastActivity,
        state,
      ]);
      const headings = ['ID', 'KEY', 'CLIENT', 'CALLS', 'LAST CALL', 'STATE'];
      context.print({ json: sessions, text: lines.length > 0 ? table(headings, lines) : 'No sessions.' }, options);
    });
}

function json(value: unknown): Json {
  return (value ?? null) as Json;
}
