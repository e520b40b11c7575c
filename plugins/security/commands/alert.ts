import type { Command } from 'commander';
import {
  all,
  type CommandContext,
  type Condition,
  compare,
  equals,
  facts,
  type Json,
  type Row,
  table,
} from '../../../src/index.ts';
import { eventsOf } from '../alerts/alert-history.ts';
import { alertTypeNames, severities } from '../alerts/alert-types.ts';
import { requireAlert, setAlertState } from '../alerts/set-state.ts';
import { securityErrors } from '../errors.ts';
import { filterCount, filterMoment } from './options.ts';

interface ListOptions {
  readonly open?: boolean;
  readonly type?: string;
  readonly severity?: string;
  readonly since?: string;
  readonly limit: string;
  readonly json?: boolean;
}

interface NoteOptions {
  readonly note: string;
  readonly by: string;
  readonly json?: boolean;
}

/** `alert list|show|resolve|reopen`. */
export function registerAlertCommands(program: Command, context: CommandContext): void {
  const alert = program.command('alert').description('What somebody should look at');

  alert
    .command('list')
    .description('Alerts, the last to occur first')
    .option('--open', 'only those that are open')
    .option('--type <type>', alertTypeNames.join(', '))
    .option('--severity <severity>', severities.join(', '))
    .option('--since <when>', 'only what occurred from then on: a date, a time, or a span back from now such as 24h')
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const rows = await runtime.store.find({
        model: 'security.alert',
        where: conditionOf(options, runtime.now()),
        order: [{ field: 'last_at', descending: true }],
        limit: filterCount('limit', options.limit),
      });
      context.print({ json: rows.map(alertJson), text: rows.length > 0 ? asTable(rows) : 'No alerts.' }, options);
    });

  alert
    .command('show <id>')
    .description('One alert with all that is known, and who did what about it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      print(await requireAlert(await context.runtime(), id), options);
    });

  for (const [name, state, description] of [
    ['resolve', 'resolved', 'It is dealt with; it opens again if it happens after its cool-down'],
    ['reopen', 'open', 'It is not dealt with after all'],
  ] as const) {
    alert
      .command(`${name} <id>`)
      .description(description)
      .requiredOption('--note <text>', 'what was found out or done')
      .option('--by <name>', 'who says so', 'command line')
      .option('--json', 'print JSON')
      .action(async (id: string, options: NoteOptions) => {
        const { note, by } = options;
        print(await setAlertState({ runtime: await context.runtime(), id, state, note, by }), options);
      });
  }

  function print(row: Row, options: { json?: boolean }): void {
    const json = alertJson(row);
    const { details, history, ...known } = json;
    const events = table(
      ['AT', 'WHAT', 'BY', 'NOTE'],
      history.map(({ at, what, by, note }) => [at, what, by, note ?? null]),
    );
    context.print({ json, text: [facts({ ...known, ...details }), events].join('\n\n') }, options);
  }
}

function conditionOf({ open, type, severity, since }: ListOptions, now: number): Condition {
  const conditions: Condition[] = open ? [equals('state', 'open')] : [];
  for (const [name, value, known] of [
    ['type', type, alertTypeNames],
    ['severity', severity, severities],
  ] as const) {
    if (value === undefined) continue;
    if (!(known as readonly string[]).includes(value)) {
      throw securityErrors.FILTER_INVALID({ message: `--${name}: expected ${known.join(', ')}, not "${value}".` });
    }
    conditions.push(equals(name, value));
  }
  if (since !== undefined) {
    const value = filterMoment('since', since, now);
    conditions.push(compare('last_at', '>=', value));
  }
  return all(...conditions);
}

function alertJson(row: Row) {
  const json = (name: string): Json => (row[name] ?? null) as Json;
  return {
    id: row.id,
    type: json('type'),
    severity: json('severity'),
    subject: json('subject'),
    state: json('state'),
    count: json('count'),
    total: json('total'),
    openedAt: json('opened_at'),
    firstAt: json('first_at'),
    lastAt: json('last_at'),
    resolvedAt: json('resolved_at'),
    resolvedBy: json('resolved_by'),
    note: json('note'),
    mailedAt: json('mailed_at'),
    details: (row.details ?? {}) as Readonly<Record<string, readonly string[]>>,
    history: eventsOf(row.history),
  };
}

function asTable(rows: readonly Row[]): string {
  const lines = rows
    .map(alertJson)
    .map(({ id, lastAt, severity, type, subject, count, state }) => [
      id,
      lastAt,
      severity,
      type,
      subject,
      count,
      state,
    ]);
  return table(['ID', 'LAST', 'SEVERITY', 'TYPE', 'SUBJECT', 'TIMES', 'STATE'], lines);
}
