import { z } from 'zod';
import { addressEntries } from '../../src/index.ts';
import { alertSettings } from './alerts/alert-settings.ts';

const count = z.int().min(1);

/** Settings of the security plugin, with their defaults. The descriptions become docs/configuration.md. */
export const settings = z.strictObject({
  alerts: alertSettings.prefault({}),
  network: z
    .strictObject({
      allow: addressEntries.describe(
        'Only from here anything is let in: calls, and browsers that sign in; empty: from everywhere.',
      ),
      deny: addressEntries.describe('Nothing from here is let in, whatever `allow` says.'),
    })
    .prefault({}),
  rate: z
    .strictObject({
      perMinute: count.default(60).describe('Calls within any 60 s of one credential that has no rate of its own.'),
      perUser: count
        .nullable()
        .default(null)
        .describe('Calls within any 60 s of all credentials of one user; null: no such limit.'),
      global: count
        .nullable()
        .default(null)
        .describe('Calls within any 60 s of everyone together; null: no such limit.'),
      shared: z
        .boolean()
        .default(true)
        .describe('All instances on one database have these limits together; false: each has them for itself.'),
      slack: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'Calls by which instances together may exceed a shared limit, so that one that is called for the first time need not wait until others give back.',
        ),
    })
    .prefault({}),
  volume: z
    .strictObject({
      recordsPerDay: count
        .nullable()
        .default(null)
        .describe(
          'Records that one credential without a quota of its own may read a day (UTC), groups of figures included; null: any number.',
        ),
      perUser: count
        .nullable()
        .default(null)
        .describe('Records that all credentials of one user together may read a day (UTC); null: any number.'),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      limit: count.default(10).describe('Sessions that one credential may have open at a time.'),
      idleMinutes: count
        .default(30)
        .describe('Minutes without a call and without an open stream after which a session ends.'),
      maxHours: count.default(24).describe('Hours after which a session ends however busy it is.'),
      whenFull: z
        .enum(['refuse', 'endOldest'])
        .default('refuse')
        .describe('What happens to one more: it is refused, or the oldest ends.'),
      keepDays: count.default(30).describe('Days for which sessions that have ended are kept.'),
      endedMinutes: count.default(15).describe('Minutes for which a client whose session was ended gets no new one.'),
    })
    .prefault({}),
  rotation: z
    .strictObject({
      windowDays: count
        .default(7)
        .describe('Days before its expiry in which a key gets a successor by the daily job, or its owner a reminder.'),
      delivery: z
        .enum(['link', 'mail'])
        .default('link')
        .describe('How the owner gets the new key: by a single-use link in a mail, or in clear in the mail itself.'),
      linkHours: count.default(168).describe('Hours for which such a link works.'),
    })
    .prefault({}),
  lockout: z
    .strictObject({
      free: z
        .int()
        .min(0)
        .default(3)
        .describe('Failed attempts with one key prefix from one address that cost nothing.'),
      attempts: count
        .default(10)
        .describe(
          'Failed attempts after which no more are looked at. From `free` on, the wait between two doubles, from 1 s.',
        ),
      minutes: count
        .default(15)
        .describe('Minutes for which none is looked at then, and after which failures are forgotten.'),
    })
    .prefault({}),
  audit: z
    .strictObject({
      retentionDays: count.default(90).describe('Days after which entries of the log are deleted.'),
      signingKey: z
        .string()
        .min(32)
        .nullable()
        .default(null)
        .describe(
          'What the heads of the log are signed with (HMAC-SHA256), at least 32 characters; null: the environment variable `GATEHOUSE_AUDIT_KEY`, and where that is not set either they are not signed.',
        ),
      headMail: z
        .array(z.email())
        .default([])
        .describe(
          'Addresses that a head of the log is mailed to once a day (`mail` must be set), to be kept where nobody who can write to the database can change it: `audit verify --against` checks the log by it.',
        ),
    })
    .prefault({}),
});

export type SecuritySettings = z.output<typeof settings>;
