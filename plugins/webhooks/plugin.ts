import type { z } from 'zod';
import { createSend, definePlugin, type Runtime, requireAddressList, resolveName } from '../../src/index.ts';
import { webhookPolicies, webhookSecretsLayer } from './access.ts';
import { webhookCommands } from './commands/webhook.ts';
import { type DeliveryWorker, startDeliveries } from './delivery/worker.ts';
import { registerMetrics } from './metrics.ts';
import { delivery } from './models/delivery.ts';
import { subscription } from './models/subscription.ts';
import { subscriptionSecret } from './models/subscription-secret.ts';
import { changeOutbox } from './outbox/change-outbox.ts';
import { deliveryCleanUp } from './outbox/clean-up.ts';
import { createSecurityEvents } from './outbox/security-events.ts';
import { settings, type WebhookSettings } from './settings.ts';

const second = 1_000;
const hour = 3_600_000;
/** Bytes of an answer that are taken in: its beginning is kept. */
const maxAnswer = 16_384;

/** Outgoing webhooks by the Standard Webhooks specification: changes of records, and what the gate has refused. */
export default definePlugin({
  name: 'webhooks',
  version: '1.0.0',
  kernel: '^1',
  depends: ['base', 'security'],
  settings,
  setup(scope, own: WebhookSettings) {
    const { allowHttp, timeoutSeconds, giveUpAfterHours, rotationHours, keepDays } = own;
    const rules = { resolve: resolveName, allowHttp, allowAddresses: requireAddressList(own.allowAddresses) };
    const security = createSecurityEvents({ perMinute: own.securityEventsPerMinute });
    let runtime: Runtime | undefined;
    let worker: DeliveryWorker | undefined;

    for (const model of [subscription, subscriptionSecret, delivery]) scope.model(model);
    scope.policies(webhookPolicies);
    scope.access(webhookSecretsLayer);
    scope.companion(changeOutbox);
    scope.command(webhookCommands({ rules, rotationHours }));
    scope.job(deliveryCleanUp({ keepDays }));

    scope.onStart(async started => {
      runtime = started;
      registerMetrics(started);
    });
    scope.worker((started, clock) => {
      const timeLimit = timeoutSeconds * second;
      const send = createSend({ ...rules, clock, timeLimit, maxAnswer });
      worker = startDeliveries({ runtime: started, clock, send, timeLimit, giveUpAfter: giveUpAfterHours * hour });
      return worker;
    });
    scope.on('record.changed', () => worker?.wake());
    scope.on('call.denied', async ({ call }) => {
      if (runtime && (await security.denied(runtime, call))) worker?.wake();
    });
    scope.on('credential.leaked', async ({ credentialId }) => {
      if (runtime && (await security.leaked(runtime, credentialId))) worker?.wake();
    });
  },
});

declare module '../../src/index.ts' {
  interface PluginSettings {
    webhooks?: z.input<typeof settings>;
  }
}
