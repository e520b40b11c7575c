import type { Command } from 'commander';
import { all, type CommandContext, equals, type Json, table } from '../../../src/index.ts';
import { requireUser } from '../../base/plugin.ts';
import { grant } from '../models/grant.ts';
import { loginsOf } from './logins-of.ts';

interface ListOptions {
  readonly user?: string;
  readonly client?: string;
  readonly ended?: boolean;
  readonly json?: boolean;
}

/** `oauth grants`. */
export function registerGrantCommands({ oauth, context }: { oauth: Command; context: CommandContext }): void {
  oauth
    .command('grants')
    .description('Connected apps: which user has allowed which client what; the newest first')
    .option('--user <login>', 'only of this user')
    .option('--client <id>', 'only of this client')
    .option('--ended', 'also those that have ended')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const owner = options.user === undefined ? undefined : await requireUser(runtime, options.user);
      const where = all(
        ...(owner ? [equals('user', owner.user.id)] : []),
        ...(options.client === undefined ? [] : [equals('client_id', options.client)]),
        ...(options.ended ? [] : [equals('revoked_at', null)]),
      );
      const order = [{ field: 'createdAt', descending: true }];
      const rows = await runtime.store.find({ model: grant.name, where, order });
      const logins = await loginsOf(runtime, rows);
      const shown = rows.map(row => ({
        id: row.id,
        user: logins.get(String(row.user)) ?? '',
        app: String(row.client_name),
        clientId: String(row.client_id),
        scopes: row.scopes as Json,
        createdAt: String(row.createdAt),
        endedAt: row.revoked_at as Json,
        endedReason: row.revoked_reason as Json,
      }));
      const lines = shown.map(({ id, user, app, scopes, createdAt, endedAt }) => [
        id,
        createdAt,
        user,
        app,
        scopes,
        endedAt === null ? 'active' : 'ended',
      ]);
      const headings = ['ID', 'SINCE', 'USER', 'APP', 'SCOPES', 'STATE'];
      context.print({ json: shown, text: lines.length > 0 ? table(headings, lines) : 'No connected apps.' }, options);
    });
}
