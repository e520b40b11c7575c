import type { Command } from 'commander';
import { always, type CommandContext, facts, oneOf, type Row, type Runtime, table } from '../../../src/index.ts';
import { listOf } from '../../base/plugin.ts';
import { webhookErrors } from '../errors.ts';
import { eventTypes } from '../events.ts';
import { deleteWebhook, disableWebhook, enableWebhook, rotateSecret } from '../subscriptions/change-webhook.ts';
import { createWebhook } from '../subscriptions/create-webhook.ts';
import { requireWebhook, webhookOf } from '../subscriptions/webhook.ts';
import type { WebhookCommandParts } from './webhook.ts';

interface CreateOptions {
  readonly name: string;
  readonly url: string;
  readonly user: string;
  readonly events: string;
  readonly models?: string;
  readonly json?: boolean;
}

interface JsonOption {
  readonly json?: boolean;
}

const shownOnce = 'This is the only time that the secret is shown.';

type SubscriptionCommandParts = WebhookCommandParts & { webhook: Command; context: CommandContext };

/** `webhook create|list|show|enable|disable|delete|rotate-secret`. */
export function registerSubscriptionCommands(parts: SubscriptionCommandParts): void {
  registerCreate(parts);
  registerList(parts);
  registerShow(parts);
  registerEnable(parts);
  registerDisable(parts);
  registerDelete(parts);
  registerRotateSecret(parts);
}

function registerCreate({ webhook, context, rules }: SubscriptionCommandParts): void {
  webhook
    .command('create')
    .description('A new webhook; its secret is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--url <url>', 'where deliveries are posted')
    .requiredOption('--user <login>', 'whose rights apply: it is told what this user may read')
    .requiredOption('--events <events>', `comma-separated: ${eventTypes.join(', ')}`)
    .option('--models <models>', 'whose records, comma-separated')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const runtime = await context.runtime();
      const { name, url, user } = options;
      const lists = { events: listOf(options.events), models: listOf(options.models) };
      const { id, secret } = await createWebhook({ runtime, rules, name, url, user, ...lists });
      const [shown] = await describe(runtime, [await requireWebhook(runtime, id)]);
      context.print({ json: { ...shown, id, secret }, text: `${id}\n${secret}\n\n${shownOnce}` }, options);
    });
}

function registerList({ webhook, context }: SubscriptionCommandParts): void {
  webhook
    .command('list')
    .description('All webhooks, without their secrets')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => {
      const runtime = await context.runtime();
      const order = [{ field: 'name', descending: false }];
      const rows = await runtime.store.find({ model: 'webhooks.subscription', where: always, order });
      const shown = await describe(runtime, rows);
      const lines = shown.map(({ id, name, user, state, events, url }) => [id, name, user, state, events, url]);
      const text = lines.length > 0 ? table(['ID', 'NAME', 'USER', 'STATE', 'EVENTS', 'URL'], lines) : 'No webhooks.';
      context.print({ json: shown, text }, options);
    });
}

function registerShow({ webhook, context }: SubscriptionCommandParts): void {
  webhook
    .command('show <webhook>')
    .description('One webhook, by id or name')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: JsonOption) => {
      const runtime = await context.runtime();
      for (const shown of await describe(runtime, [await requireWebhook(runtime, reference)])) {
        context.print({ json: shown, text: facts(shown) }, options);
      }
    });
}

function registerEnable({ webhook, context }: SubscriptionCommandParts): void {
  webhook
    .command('enable <webhook>')
    .description('It is told of what happens from now on')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: JsonOption) => {
      const runtime = await context.runtime();
      const { id, name } = await requireWebhook(runtime, reference);
      await enableWebhook({ runtime, id });
      context.print({ json: { id, active: true }, text: `Webhook ${name} is enabled.` }, options);
    });
}

function registerDisable({ webhook, context }: SubscriptionCommandParts): void {
  webhook
    .command('disable <webhook>')
    .description('It is told of nothing any more, until it is enabled')
    .option('--reason <text>', 'kept with it', 'disabled on the command line')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: JsonOption & { reason: string }) => {
      const runtime = await context.runtime();
      const { id, name } = await requireWebhook(runtime, reference);
      await disableWebhook({ runtime, id, reason: options.reason });
      context.print({ json: { id, active: false }, text: `Webhook ${name} is disabled.` }, options);
    });
}

function registerDelete({ webhook, context }: SubscriptionCommandParts): void {
  webhook
    .command('delete <webhook>')
    .description('Removes it with its secret, what waits for it, and its log')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: JsonOption) => {
      const runtime = await context.runtime();
      const { id, name } = await requireWebhook(runtime, reference);
      await deleteWebhook({ runtime, id });
      context.print({ json: { id, deleted: true }, text: `Webhook ${name} is deleted.` }, options);
    });
}

function registerRotateSecret({ webhook, context, rotationHours }: SubscriptionCommandParts): void {
  webhook
    .command('rotate-secret <webhook>')
    .description('A new secret; for some hours deliveries bear the signatures of both')
    .option('--overlap-hours <hours>', 'how long; 0 where the old secret is known to others', String(rotationHours))
    .option('--json', 'print JSON')
    .action(async (reference: string, options: JsonOption & { overlapHours: string }) => {
      const runtime = await context.runtime();
      const { id } = await requireWebhook(runtime, reference);
      const { secret, previousUntil } = await rotateSecret({ runtime, id, overlapHours: hours(options.overlapHours) });
      const text = `${secret}\n\n${shownOnce} The old one signs as well until ${previousUntil}.`;
      context.print({ json: { id, secret, previousUntil }, text }, options);
    });
}

function hours(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw webhookErrors.WEBHOOK_INVALID({ message: `--overlap-hours: expected a whole number of hours, not "${text}".` });
}

async function describe(runtime: Runtime, rows: readonly Row[]) {
  const users = await runtime.store.find({
    model: 'base.user',
    where: oneOf('id', [...new Set(rows.map(row => String(row.user)))]),
    fields: ['login'],
  });
  const logins = new Map(users.map(({ id, login }) => [id, String(login)]));
  return rows.map(row => {
    const { id, name, url, user, events, models, isActive } = webhookOf(row);
    return {
      id,
      name,
      url,
      user: logins.get(user) ?? '',
      events,
      models,
      state: isActive ? 'active' : 'disabled',
      disabledReason: typeof row.disabled_reason === 'string' ? row.disabled_reason : null,
      rotatedAt: String(row.rotated_at),
      createdAt: String(row.createdAt),
    };
  });
}
