import type { Command } from 'commander';
import type { CommandContext, TargetRules } from '../../../src/index.ts';
import { registerDeliveryCommands } from './deliveries.ts';
import { registerSubscriptionCommands } from './subscriptions.ts';

/** What the commands need of the settings. */
export interface WebhookCommandParts {
  readonly rules: TargetRules;
  readonly rotationHours: number;
}

/** `webhook create|list|show|enable|disable|delete|rotate-secret|deliveries|replay`. */
export function webhookCommands(parts: WebhookCommandParts) {
  return (program: Command, context: CommandContext): void => {
    const webhook = program
      .command('webhook')
      .description('Outgoing webhooks: who is told of what, and what became of it');
    registerSubscriptionCommands({ webhook, context, ...parts });
    registerDeliveryCommands({ webhook, context });
  };
}
