import type { AccessLayer, Operation, PolicySet } from '../../src/index.ts';
import { artifact } from './models/artifact.ts';
import { clientSecret } from './models/client-secret.ts';
import { deniedToken } from './models/denied-token.ts';
import { registrationCount } from './models/registration-count.ts';
import { signingKey } from './models/signing-key.ts';

const sealed: ReadonlySet<string> = new Set(
  [artifact, clientSecret, deniedToken, registrationCount, signingKey].map(({ name }) => name),
);
const models = ['oauth.client', 'oauth.client-usage', 'oauth.grant'];

/** Everyone: their own connected apps (`grants/own-grants.ts`), which they may end with `disconnect_app`. */
const everyone = [{ model: 'oauth.grant', read: true }];

/** Who runs the gate sees clients and all connected apps. They are made by sign-in and commands alone. */
export const oauthPolicies: Partial<PolicySet> = {
  access: [...everyone, ...models.map(model => ({ model, group: 'security.manager', read: true }))],
  permissions: [...everyone, ...models.map(model => ({ model, groups: ['security.manager'], read: true }))],
};

const everything: ReadonlySet<Operation> = new Set(['read', 'write', 'create', 'delete']);

/** No right opens tokens, secrets and keys, whatever policies say. */
export const oauthSecretsLayer: AccessLayer = {
  name: 'OAuth secrets',
  operations: ({ model }) => (sealed.has(model.name) ? new Set() : everything),
};
