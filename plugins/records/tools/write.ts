import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { shortenChange } from '../answer/answered-changes.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import { modelOf, recordIdsOfOneModel } from '../record-id.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { fieldsOfValues } from '../touched-fields.ts';
import { canUse } from '../usable.ts';
import { versionsFitIds } from '../versions.ts';

/** `write`: the same values into records of one model, all or none. */
export function writeTool(settings: RecordSettings): ToolDefinition {
  return defineTool({
    name: 'write',
    title: 'Change records',
    description: 'Sets values on records of one model: on all of them, or on none when one is refused.',
    input: z
      .strictObject({
        ids: recordIdsOfOneModel(settings.maxRecords).describe('Record ids, model/id, all of one model.'),
        values: schemas.values
          .refine(values => Object.keys(values).length > 0, 'names no field')
          .describe('New values by field name, the same for every record. null empties a field.'),
        versions: schemas.versions,
        dryRun: schemas.dryRun,
      })
      .superRefine(versionsFitIds),
    output: z.object({
      dryRun: schemas.answeredDryRun,
      written: z
        .array(
          z.object({
            id: schemas.answeredId,
            title: z.string(),
            version: z.int().describe('The version of the record after the change.'),
            changes: schemas
              .mapOf(z.object({ from: z.unknown(), to: z.unknown() }))
              .describe('Old and new value of every field that changes.'),
            isShortened: z.boolean().optional().describe('True where values are cut for length.'),
          }),
        )
        .describe('What has changed; in a dry run what would change.'),
      notShown: schemas.notShown,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'write',
    touches: ({ ids, values }) => [
      { model: modelOf(ids[0] ?? ''), operation: 'write', fields: fieldsOfValues(values, 'values'), ids },
    ],
    isUsable: canUse('write'),
    trial: args => ({ ...args, dryRun: true }),
    async run({ ids, values, versions, dryRun }, context) {
      const records = context.env.of(modelOf(ids[0] ?? ''));
      const changes = await records.write(ids, values, { dryRun, ...(versions && { versions }) });
      const { shown, ...note } = fitChanged({ items: changes, shorten: shortenChange, settings });
      return { structured: { dryRun, written: shown, ...note } };
    },
  });
}
