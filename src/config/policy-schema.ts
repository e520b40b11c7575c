import { z } from 'zod';
import { masks } from '../model/mask.ts';

const names = z.array(z.string()).readonly();
/** Of what is hidden, and from whom: a list without names would hide nothing, from nobody. */
const someNames = z.array(z.string()).min(1, 'Expected at least one name.').readonly();
const flags = {
  read: z.boolean().optional(),
  write: z.boolean().optional(),
  create: z.boolean().optional(),
  delete: z.boolean().optional(),
};

/** The shape of one entry of each part of the policies; what its names refer to is checked by `checkPolicies`. */
export const policySchemas = {
  groups: z.strictObject({ label: z.string().min(1), implies: names.optional() }),
  access: z.strictObject({ model: z.string(), group: z.string().optional(), ...flags }),
  rules: z.strictObject({
    name: z.string().min(1),
    model: z.string(),
    group: z.string().optional(),
    domain: z.array(z.unknown()).readonly(),
    ...flags,
  }),
  permissions: z.strictObject({ model: z.string(), groups: names.optional(), ...flags }),
  fields: z
    .strictObject({
      model: z.string().optional(),
      fields: someNames.optional(),
      classify: z.enum(['pii', 'phi', 'financial']).optional(),
      except: names.optional(),
      groups: someNames.optional(),
      mask: z.literal([true, ...masks]).optional(),
    })
    .refine(({ fields, classify }) => fields || classify, 'Expected `fields` or `classify`: what to hide.')
    .refine(({ fields, model }) => !fields || model, 'Expected `model` beside `fields`: whose fields.'),
};

/** A list of the policies: `groups`, `access`, … */
export type PolicyPart = keyof typeof policySchemas;
/** One entry of such a list. */
export type PolicyEntry<P extends PolicyPart> = z.output<(typeof policySchemas)[P]>;
