import type { Command } from 'commander';
import { all, type CommandContext, type Condition, equals, type Json, type Row, table } from '../../../src/index.ts';
import { webhookErrors } from '../errors.ts';
import { delivery } from '../models/delivery.ts';
import { replayDead, replayDelivery } from '../outbox/replay.ts';
import { requireWebhook } from '../subscriptions/webhook.ts';

interface ListOptions {
  readonly state?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `webhook deliveries|replay`. */
export function registerDeliveryCommands({ webhook, context }: { webhook: Command; context: CommandContext }): void {
  webhook
    .command('deliveries [webhook]')
    .description('What became of events, of one webhook or of all, the newest first; --state dead: what was given up')
    .option('--state <state>', `only these: ${states().join(', ')}`)
    .option('--limit <number>', 'at most so many', '50')
    .option('--json', 'print JSON')
    .action(async (reference: string | undefined, options: ListOptions) => {
      const runtime = await context.runtime();
      const conditions: Condition[] = [];
      if (reference !== undefined)
        conditions.push(equals('subscription', (await requireWebhook(runtime, reference)).id));
      if (options.state !== undefined) conditions.push(equals('state', stateOf(options.state)));
      const rows = await runtime.store.find({
        model: 'webhooks.delivery',
        where: all(...conditions),
        order: [{ field: 'occurred_at', descending: true }],
        limit: limitOf(options.limit),
      });
      const shown = rows.map(describe);
      context.print({ json: shown, text: shown.length > 0 ? asTable(shown) : 'No deliveries.' }, options);
    });

  webhook
    .command('replay [delivery]')
    .description('Sends a delivery again, under the same webhook-id; or all that were given up of a webhook')
    .option('--dead-of <webhook>', 'all that were given up of this webhook')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: { deadOf?: string; json?: boolean }) => {
      if ((id === undefined) === (options.deadOf === undefined)) {
        throw webhookErrors.WEBHOOK_INVALID({ message: 'Name either a delivery or, with --dead-of, a webhook.' });
      }
      const runtime = await context.runtime();
      let count = 1;
      if (id !== undefined) await replayDelivery({ runtime, id: id.replace(/^msg_/, '') });
      else count = await replayDead({ runtime, webhook: (await requireWebhook(runtime, options.deadOf ?? '')).id });
      context.print({ json: { replayed: count }, text: `${count} to be sent again by the server.` }, options);
    });
}

function states(): string[] {
  const { state } = delivery.fields;
  return state?.kind === 'selection' ? Object.keys(state.options) : [];
}

function stateOf(text: string): string {
  if (states().includes(text)) return text;
  throw webhookErrors.WEBHOOK_INVALID({ message: `--state: expected one of ${states().join(', ')}, not "${text}".` });
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw webhookErrors.WEBHOOK_INVALID({ message: `--limit: expected a whole number from 1, not "${text}".` });
}

function describe(row: Row) {
  const json = (name: string) => (row[name] ?? null) as Json;
  return {
    id: row.id,
    webhookId: `msg_${row.id}`,
    webhook: json('subscription'),
    event: json('event'),
    record: `${row.model}/${row.record}`,
    occurredAt: json('occurred_at'),
    state: json('state'),
    attempts: json('attempts'),
    nextAt: row.state === 'queued' ? json('next_at') : null,
    lastAttemptAt: json('last_attempt_at'),
    durationMs: json('duration_ms'),
    responseStatus: json('response_status'),
    responseBody: json('response_body'),
    reason: json('reason'),
    replays: json('replays'),
  };
}

function asTable(deliveries: readonly ReturnType<typeof describe>[]): string {
  const rows = deliveries.map(({ id, occurredAt, event, record, state, attempts, responseStatus, reason }) => [
    id,
    occurredAt,
    event,
    record,
    state,
    attempts,
    responseStatus,
    reason,
  ]);
  return table(['ID', 'OCCURRED', 'EVENT', 'RECORD', 'STATE', 'ATTEMPTS', 'STATUS', 'REASON'], rows);
}
