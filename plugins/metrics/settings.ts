import { z } from 'zod';
import { addressEntries } from '../../src/index.ts';

/** Settings of the metrics plugin, with their defaults. */
export const settings = z
  .strictObject({
    allow: addressEntries.describe(
      'Addresses and CIDR ranges that may see the metrics without a token. Default none: behind a proxy everybody may seem to come from this machine.',
    ),
    token: z
      .string()
      .min(16)
      .optional()
      .describe(
        'Whoever sends it as a bearer token may see the metrics from anywhere. Default `GATEHOUSE_METRICS_TOKEN`.',
      ),
  })
  .prefault({})
  .transform(given => ({ ...given, token: given.token ?? process.env.GATEHOUSE_METRICS_TOKEN }));

export type MetricsSettings = z.output<typeof settings>;
