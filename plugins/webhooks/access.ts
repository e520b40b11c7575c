import type { PolicySet } from '../../src/index.ts';
import { sealedLayer } from '../security/plugin.ts';
import { subscriptionSecret } from './models/subscription-secret.ts';

const models = ['webhooks.subscription', 'webhooks.delivery'];

/** Who runs the gate sees the webhooks and what became of deliveries. They are made and changed by commands alone. */
export const webhookPolicies: Partial<PolicySet> = {
  access: models.map(model => ({ model, group: 'security.manager', read: true })),
  permissions: models.map(model => ({ model, groups: ['security.manager'], read: true })),
};

/** No right opens the secrets, whatever policies say. */
export const webhookSecretsLayer = sealedLayer({ name: 'webhook secrets', models: [subscriptionSecret] });
