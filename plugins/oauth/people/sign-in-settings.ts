import { z } from 'zod';

/** The part of the settings that is about signing in. The descriptions become docs/configuration.md. */
export const signInSettings = z.strictObject({
  idleMinutes: z.int().min(1).default(60).describe('Minutes without a visit after which a browser is signed out.'),
  maxHours: z.int().min(1).max(720).default(12).describe('Hours after which a browser is signed out in any case.'),
  secondFactorGroups: z
    .array(z.string())
    .default([])
    .describe(
      'Groups whose members sign in with a second factor only (`gatehouse user totp enrol`); others may have one.',
    ),
});

export type SignInSettings = z.output<typeof signInSettings>;
