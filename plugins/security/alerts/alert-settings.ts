import { z } from 'zod';
import { parseAllowedHours } from '../keys/allowed-hours.ts';
import { type Severity, severities } from './alert-types.ts';

const count = z.int().min(1);

/** What every type has. `coolDown`: minutes. */
function base(defaults: { severity: Severity; coolDown: number }) {
  return {
    enabled: z.boolean().default(true).describe('False: no alerts of this type.'),
    severity: z.enum(severities).default(defaults.severity).describe('How bad it is.'),
    coolDownMinutes: count
      .default(defaults.coolDown)
      .describe('Minutes between two mails about it, and for which a resolved alert stays resolved.'),
  };
}

/** A type that takes so many occurrences within a window. */
function counted(defaults: { severity: Severity; coolDown: number; threshold: number; window: number }) {
  return {
    ...base(defaults),
    threshold: count.max(10_000).default(defaults.threshold).describe('Occurrences that make an alert.'),
    windowMinutes: count.max(1440).default(defaults.window).describe('Minutes within which they have to come.'),
  };
}

const hours = z
  .string()
  .default('mon-fri 06:00-22:00')
  .refine(text => parseAllowedHours(text, 'UTC') !== undefined, 'Expected hours such as mon-fri 06:00-22:00.')
  .describe("When calls are usual, in each user's own time zone; as the hours of a key are written.");

/** The settings of alerts, by type. */
export const alertSettings = z.strictObject({
  mailFrom: z.enum(severities).default('medium').describe('Alerts that are at least so bad are mailed.'),
  mailTo: z
    .array(z.email())
    .default([])
    .describe('Addresses that get the mails beside the members of security.manager.'),
  mailsPerCoolDown: count
    .default(3)
    .describe('Mails of one type within its cool-down; what comes beyond is gathered into the next.'),
  maxSubjects: count
    .max(1000)
    .default(20)
    .describe('Alerts of one type that come up side by side; what comes beyond is counted on one for all.'),
  failedAuthentication: z
    .strictObject(counted({ severity: 'high', coolDown: 60, threshold: 20, window: 10 }))
    .prefault({}),
  rateLimit: z.strictObject(counted({ severity: 'low', coolDown: 60, threshold: 50, window: 10 })).prefault({}),
  volumeQuota: z.strictObject(base({ severity: 'medium', coolDown: 720 })).prefault({}),
  blockedAddress: z.strictObject(counted({ severity: 'medium', coolDown: 60, threshold: 10, window: 10 })).prefault({}),
  deniedAccess: z.strictObject(counted({ severity: 'medium', coolDown: 60, threshold: 20, window: 10 })).prefault({}),
  unusualModel: z
    .strictObject({
      ...base({ severity: 'medium', coolDown: 720 }),
      baselineDays: count.max(365).default(30).describe('Days for which a model counts as used.'),
      learningDays: count.max(365).default(7).describe('Days from the first call of a credential without alerts.'),
    })
    .prefault({}),
  offHours: z
    .strictObject({ ...counted({ severity: 'low', coolDown: 720, threshold: 10, window: 60 }), hours })
    .prefault({}),
  volumeAnomaly: z
    .strictObject({
      ...base({ severity: 'high', coolDown: 720 }),
      factor: z.number().min(1).default(5).describe('How many times the usual records of a day are too many.'),
      minimum: count.default(1000).describe('Records of a day up to which nothing is too many.'),
      learningDays: count
        .max(28)
        .default(5)
        .describe('Days with calls that must be known before anything is called unusual; of the last 28.'),
    })
    .prefault({}),
  leakedKey: z.strictObject(base({ severity: 'critical', coolDown: 5 })).prefault({}),
  keyExpiring: z
    .strictObject({
      ...base({ severity: 'low', coolDown: 1440 }),
      days: count.max(365).default(14).describe('Days before its end from which a key is expiring.'),
    })
    .prefault({}),
  emergencyRevocation: z.strictObject(base({ severity: 'critical', coolDown: 5 })).prefault({}),
});

export type AlertSettings = z.output<typeof alertSettings>;
