import type { PolicySet } from '../../src/index.ts';
import { sealedLayer } from '../security/plugin.ts';
import { artifact } from './models/artifact.ts';
import { clientSecret } from './models/client-secret.ts';
import { deniedToken } from './models/denied-token.ts';
import { registrationCount } from './models/registration-count.ts';
import { signingKey } from './models/signing-key.ts';

const models = ['oauth.client', 'oauth.client-usage', 'oauth.grant'];

/** Everyone: their own connected apps (`grants/own-grants.ts`), which they may end with `disconnect_app`. */
const everyone = [{ model: 'oauth.grant', read: true }];

/** Who runs the gate sees clients and all connected apps. They are made by sign-in and commands alone. */
export const oauthPolicies: Partial<PolicySet> = {
  access: [...everyone, ...models.map(model => ({ model, group: 'security.manager', read: true }))],
  permissions: [...everyone, ...models.map(model => ({ model, groups: ['security.manager'], read: true }))],
};

/** No right opens tokens, secrets and keys, whatever policies say. */
export const oauthSecretsLayer = sealedLayer({
  name: 'OAuth secrets',
  models: [artifact, clientSecret, deniedToken, registrationCount, signingKey],
});
