import { z } from 'zod';

/*
 * Pieces that the tools' schemas share. Kept simple for clients: objects, arrays, strings, numbers and booleans, no
 * unions. What the pieces cannot say (a domain's grammar, a field's type) is checked by the environment, which names
 * the position.
 */

const longestName = 200;

/** An object with names of its own. As JSON Schema simpler than a record, which says that its names are strings. */
export function mapOf<Value extends z.ZodType>(value: Value) {
  return z.object({}).catchall(value);
}

export const modelName = z.string().min(1).max(128).describe('Technical name of the model, such as crm.partner.');

export const domain = z
  .array(z.unknown())
  .describe(
    'Conditions in prefix notation: a list of [field, operator, value], all of which must hold, or joined by "&", "|" and "!" written before them. ' +
      'Operators: =, !=, <, <=, >, >=, in, not in, like, ilike, not like, not ilike, =like, =ilike, child_of, parent_of. ' +
      'A dotted path reaches into related records. ' +
      'Example: ["|", ["country_id.code", "=", "DE"], ["name", "ilike", "acme"]].',
  );

export const fieldNames = z.array(z.string().min(1).max(longestName)).max(200);

export const resultFields = fieldNames
  .optional()
  .describe('Fields to return. Without it: every field but long texts, documents and lists of dependent records.');

export const order = z
  .string()
  .min(1)
  .max(500)
  .describe('Fields to sort by, each optionally followed by asc or desc, such as "name, date desc".');

export const offset = z.int().min(0).max(1_000_000_000).default(0);

export const values = mapOf(z.unknown());

export const dryRun = z
  .boolean()
  .default(false)
  .describe('With true, everything is checked and the answer says what would change; nothing is changed.');

export const confirmation = z
  .string()
  .max(100)
  .optional()
  .describe('The token of an earlier answer to the same call, where that asked for a confirmation.');

export const versions = mapOf(z.int().min(1).max(1_000_000_000))
  .optional()
  .describe(
    'Last seen version of records, by record id. A record that has another version by now is refused, and nothing is changed.',
  );

// output

export const answeredId = z.string().describe('Record id, model/id.');

export const answeredValues = mapOf(z.unknown()).describe('Values by field name.');

export const shortened = mapOf(z.int())
  .optional()
  .describe('Fields of which only the first part of the value is here, with the valueOffset at which the rest begins.');

export const hint = z.string().optional().describe('Present where something is left out: how to get the rest.');

export const truncated = z.boolean().optional().describe('True where something is left out for length.');

export const nextOffset = z.int().optional().describe('Offset of the next page; absent on the last one.');

export const answeredDryRun = z.boolean().describe('True: nothing was changed.');

export const answeredConfirmation = z
  .object({
    token: z.string().describe('Stands for the confirmation of exactly this call.'),
    expiresAt: z.string().describe('Until when it counts.'),
    hint: z.string(),
  })
  .optional()
  .describe(
    'Present where the call has to be confirmed first: nothing was changed, and the answer is that of a dry run.',
  );

export const notShown = z
  .array(z.string())
  .optional()
  .describe('Ids of the other records that are part of it, where not all fit into the answer.');
