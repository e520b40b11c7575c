import type { AccessLayer, Operation, PolicySet } from '../../src/index.ts';
import { subscriptionSecret } from './models/subscription-secret.ts';

const models = ['webhooks.subscription', 'webhooks.delivery'];

/** Who runs the gate sees the webhooks and what became of deliveries. They are made and changed by commands alone. */
export const webhookPolicies: Partial<PolicySet> = {
  access: models.map(model => ({ model, group: 'security.manager', read: true })),
  permissions: models.map(model => ({ model, groups: ['security.manager'], read: true })),
};

const everything: ReadonlySet<Operation> = new Set(['read', 'write', 'create', 'delete']);

/** No right opens the secrets, whatever policies say. */
export const webhookSecretsLayer: AccessLayer = {
  name: 'webhook secrets',
  operations: ({ model }) => (model.name === subscriptionSecret.name ? new Set() : everything),
};
