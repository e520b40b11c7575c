import { z } from 'zod';
import { compileAddressList } from '../../src/index.ts';

/** Settings of the metrics plugin, with their defaults. */
export const settings = z
  .strictObject({
    allow: z
      .array(z.string())
      .refine(list => compileAddressList(list) !== undefined, 'Expected addresses and CIDR ranges.')
      .default([])
      .describe(
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
