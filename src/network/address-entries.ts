import { z } from 'zod';
import { compileAddressList } from './address-list.ts';

/** A setting that lists addresses and CIDR ranges; default none. Each entry that cannot be read is a fault of its own. */
export const addressEntries = z
  .array(z.string())
  .default([])
  .superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      if (compileAddressList([entry])) continue;
      context.addIssue({ code: 'custom', path: [index], message: `${entry} is no address or CIDR range.` });
    }
  });
