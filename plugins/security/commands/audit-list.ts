import type { Command } from 'commander';
import { type CommandContext, type Runtime, table } from '../../../src/index.ts';
import { findUser } from '../../base/plugin.ts';
import { type EntryFilter, filterCondition } from '../audit/entry-filter.ts';
import { entryCells, entryHeadings, entryJson } from '../audit/entry-json.ts';
import { filterCount } from './options.ts';

interface ListOptions extends EntryFilter {
  readonly limit: string;
  readonly json?: boolean;
}

/** The options that say which entries. */
export function withFilters(command: Command): Command {
  return command
    .option('--since <when>', 'from then on: a date, a time, or a span back from now such as 24h')
    .option('--until <when>', 'before then')
    .option('--user <login>', 'only of this user')
    .option('--key <key>', 'only of this key: prefix, id or name')
    .option('--model <model>', 'only calls that named or reached this model')
    .option('--tool <tool>', 'only of this tool, prompt or resource')
    .option('--outcome <outcome>', 'ok, denied or error')
    .option('--stage <stage>', 'only calls that this stage denied')
    .option('--address <address>', 'only from this address')
    .option('--trace <id>', 'only of this trace (W3C trace id)');
}

export function registerAuditList(audit: Command, context: CommandContext): void {
  withFilters(audit.command('list').description('Entries, the newest first'))
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const rows = await runtime.store.find({
        model: 'security.audit-entry',
        where: await filterCondition(runtime, options),
        order: [
          { field: 'time', descending: true },
          { field: 'sequence', descending: true },
        ],
        limit: filterCount('limit', options.limit),
      });
      if (rows.length === 0) for (const name of await unknownNames(runtime, options)) context.terminal.note(name);
      const text = rows.length > 0 ? table(entryHeadings, rows.map(entryCells)) : 'No entries.';
      context.print({ json: rows.map(entryJson), text }, options);
    });
}

/** Names that may be mistyped. They may also be those of what is gone, or never was and was asked for: no error. */
async function unknownNames(runtime: Runtime, { user, model }: EntryFilter): Promise<string[]> {
  const isUnknownUser = user !== undefined && (await findUser(runtime, user)) === undefined;
  const isUnknownModel = model !== undefined && runtime.registry.get(model) === undefined;
  return [
    ...(isUnknownUser ? [`There is no user ${user} now.`] : []),
    ...(isUnknownModel ? [`There is no model ${model} now.`] : []),
  ];
}
