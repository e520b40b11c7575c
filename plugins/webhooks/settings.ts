import { z } from 'zod';
import { addressEntries } from '../../src/index.ts';

const count = z.int().min(1);

/** Settings of the webhooks plugin, with their defaults. The descriptions become docs/configuration.md. */
export const settings = z.strictObject({
  allowHttp: z.boolean().default(false).describe('Targets may be http, too; unencrypted.'),
  allowAddresses: addressEntries.describe(
    'Addresses and CIDR ranges that may be called though they are not public: private networks, loopback and the like are refused otherwise.',
  ),
  timeoutSeconds: count
    .max(60)
    .default(15)
    .describe('Seconds that one attempt may take, from looking up the name to the end of the answer.'),
  giveUpAfterHours: count.default(72).describe('Hours after which a delivery that still fails is given up.'),
  rotationHours: z
    .int()
    .min(0)
    .default(24)
    .describe('Hours for which deliveries bear the signature of the secret before, too, once it is rotated.'),
  securityEventsPerMinute: count
    .default(60)
    .describe('Security events that one webhook is told of within a minute; the next one says how many were left out.'),
  keepDays: count.default(30).describe('Days after which deliveries that are done or given up are deleted.'),
});

export type WebhookSettings = z.output<typeof settings>;
