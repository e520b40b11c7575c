import { z } from 'zod';
import { compileAddressList } from './network/address-list.ts';

const addresses = z
  .array(z.string())
  .default([])
  .superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      if (compileAddressList([entry])) continue;
      context.addIssue({ code: 'custom', path: [index], message: `${entry} is no address or CIDR range.` });
    }
  });

const count = z.int().min(1);

/** Settings of the security plugin, with their defaults. */
export const settings = z.strictObject({
  network: z
    .strictObject({
      /** Only calls from here are admitted; empty: from everywhere. */
      allow: addresses,
      /** Calls from here are refused, whatever `allow` says. */
      deny: addresses,
    })
    .prefault({}),
  rate: z
    .strictObject({
      /** Calls within any 60 s of one credential that has no rate of its own. */
      perMinute: count.default(60),
      /** Calls within any 60 s of all credentials of one user; null: no such limit. */
      perUser: count.nullable().default(null),
      /** Calls within any 60 s of everyone together, on this instance; null: no such limit. */
      global: count.nullable().default(null),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      /** Sessions that one credential may have open at a time. */
      limit: count.default(10),
      /** Minutes without a call after which a session ends. */
      idleMinutes: count.default(30),
      /** Hours after which a session ends however busy it is. */
      maxHours: count.default(24),
      /** What happens to one more: it is refused, or the oldest ends. */
      whenFull: z.enum(['refuse', 'endOldest']).default('refuse'),
      /** Minutes for which a client whose session was ended gets no new one. */
      endedMinutes: count.default(15),
    })
    .prefault({}),
  lockout: z
    .strictObject({
      /** Failed attempts with one key prefix from one address that cost nothing. */
      free: z.int().min(0).default(3),
      /** Failed attempts after which no more are looked at. From `free` on, the wait between two doubles, from 1 s. */
      attempts: count.default(10),
      /** Minutes for which none is looked at then, and after which failures are forgotten. */
      minutes: count.default(15),
    })
    .prefault({}),
});

export type SecuritySettings = z.output<typeof settings>;
