import { z } from 'zod';
import { clientSettings } from './clients/client-settings.ts';
import { signInSettings } from './people/sign-in-settings.ts';

/** Settings of the oauth plugin, with their defaults. The descriptions become docs/configuration.md. */
export const settings = z.strictObject({
  clients: clientSettings.prefault({}),
  signIn: signInSettings.prefault({}),
  keyRotationDays: z
    .int()
    .min(1)
    .default(90)
    .describe('Days after which a new key signs; the one before stays valid for the tokens that it has signed.'),
});

export type OAuthSettings = z.output<typeof settings>;
