import type { AccessLayer, Operation, PolicySet } from '../../src/index.ts';
import { artifact } from './models/artifact.ts';
import { clientSecret } from './models/client-secret.ts';
import { deniedToken } from './models/denied-token.ts';
import { signingKey } from './models/signing-key.ts';

const sealed: ReadonlySet<string> = new Set([artifact.name, clientSecret.name, deniedToken.name, signingKey.name]);
const models = ['oauth.client', 'oauth.client-usage', 'oauth.grant'];

/** Who runs the gate sees clients and connected apps. They are made and ended by sign-in, pages and commands alone. */
export const oauthPolicies: Partial<PolicySet> = {
  access: models.map(model => ({ model, group: 'security.manager', read: true })),
  permissions: models.map(model => ({ model, groups: ['security.manager'], read: true })),
};

const everything: ReadonlySet<Operation> = new Set(['read', 'write', 'create', 'delete']);

/** No right opens tokens, secrets and keys, whatever policies say. */
export const oauthSecretsLayer: AccessLayer = {
  name: 'OAuth secrets',
  operations: ({ model }) => (sealed.has(model.name) ? new Set() : everything),
};
