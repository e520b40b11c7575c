import { z } from 'zod';
import { addressEntries } from '../../src/index.ts';

const minTokenLength = 16;

/** Settings of the metrics plugin, with their defaults. */
export const settings = z
  .strictObject({
    allow: addressEntries.describe(
      'Addresses and CIDR ranges that may see the metrics without a token. Default none: behind a proxy everybody may seem to come from this machine.',
    ),
    token: z
      .string()
      .min(minTokenLength)
      .optional()
      .describe(
        'Whoever sends it as a bearer token may see the metrics from anywhere. Default `GATEHOUSE_METRICS_TOKEN`; at least 16 characters either way.',
      ),
  })
  .prefault({})
  .transform((given, context) => {
    const token = given.token ?? (process.env.GATEHOUSE_METRICS_TOKEN || undefined);
    if (token !== undefined && token.length < minTokenLength) {
      const message = `GATEHOUSE_METRICS_TOKEN is too short: expected at least ${minTokenLength} characters`;
      context.addIssue({ code: 'custom', path: ['token'], message });
    }
    return { ...given, token };
  });

export type MetricsSettings = z.output<typeof settings>;
