import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { type AnsweredRecord, shortenRecord } from '../answer/answered-records.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { fieldsOfValues } from '../touched-fields.ts';
import { canUse } from '../usable.ts';

/** `create`: new records of one model, all or none. */
export function createTool(settings: RecordSettings): ToolDefinition {
  return defineTool({
    name: 'create',
    title: 'Create records',
    description: 'Creates records of a model: all of them, or none when one is faulty.',
    input: z.strictObject({
      model: schemas.modelName,
      records: z
        .array(schemas.values)
        .min(1)
        .max(settings.maxRecords)
        .describe('For each new record an object with its values by field name. A related record is given by its id.'),
      dryRun: schemas.dryRun,
    }),
    output: z.object({
      dryRun: schemas.answeredDryRun,
      created: z
        .array(
          z.object({
            id: schemas.answeredId.optional(),
            title: z.string(),
            url: z.string().optional(),
            version: z.int().optional(),
            values: schemas.answeredValues,
            shortened: schemas.shortened,
          }),
        )
        .describe('The records as they are now; in a dry run as they would be, without id, url and version.'),
      notShown: schemas.notShown,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
    scope: () => 'create',
    touches: ({ model, records }) => [
      {
        model,
        operation: 'create',
        fields: records.flatMap((values, index) => fieldsOfValues(values, `records[${index}]`)),
      },
    ],
    isUsable: canUse('create'),
    trial: args => ({ ...args, dryRun: true }),
    async run({ model, records, dryRun }, context) {
      const created = await context.env.of(model).create(records, { dryRun });
      const { shown, ...note } = fitChanged({ items: created, shorten: shortenRecord, settings });
      return { structured: { dryRun, created: dryRun ? shown.map(withoutIdentity) : shown, ...note } };
    },
  });
}

/** What is not stored has no id, and no version that counts. */
function withoutIdentity({ title, values, shortened }: AnsweredRecord): Omit<AnsweredRecord, 'id' | 'url' | 'version'> {
  return { title, values, ...(shortened && { shortened }) };
}
