import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { shortenChange } from '../answer/answered-changes.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import { canUse } from '../can-use.ts';
import { writeQuestion } from '../confirm/question.ts';
import { whenConfirmed } from '../confirm/when-confirmed.ts';
import { modelOf, recordIdsOfOneModel } from '../record-id.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { fieldsOfValues } from '../touched-fields.ts';
import { versionsFitIds } from '../versions-fit-ids.ts';

/** `write`: the same values into records of one model, all or none. */
export function writeTool(settings: RecordSettings): ToolDefinition {
  const needsConfirmation = ({ ids, dryRun }: { ids: readonly string[]; dryRun: boolean }) =>
    ids.length > settings.confirm.write && !dryRun;
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
        confirmation: schemas.confirmation,
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
      confirmation: schemas.answeredConfirmation,
    }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'write',
    touches: ({ ids, values }) => [
      { model: modelOf(ids[0] ?? ''), operation: 'write', fields: fieldsOfValues(values, 'values'), ids },
    ],
    isUsable: canUse('write'),
    trial: args => ({ ...args, dryRun: true }),
    interactive: args => needsConfirmation(args) && args.confirmation === undefined,
    async run(args, context) {
      const { ids, values, versions, dryRun } = args;
      const model = modelOf(ids[0] ?? '');
      const records = context.env.of(model);

      async function write(input: { dryRun: boolean; versions: typeof versions }) {
        const changes = await records.write(ids, values, {
          dryRun: input.dryRun,
          ...(input.versions && { versions: input.versions }),
        });
        const { shown, ...note } = fitChanged({ items: changes, shorten: shortenChange, settings });
        return { changes, structured: { dryRun: input.dryRun, written: shown, ...note } };
      }

      if (!needsConfirmation(args)) return { structured: (await write({ dryRun, versions })).structured };
      return whenConfirmed({
        context,
        tool: 'write',
        args,
        settings,
        async preview() {
          const { changes, structured } = await write({ dryRun: true, versions });
          const seen = Object.fromEntries(changes.map(({ id, version }) => [id, version - 1]));
          const question = writeQuestion({ context, model, changes });
          return { basis: JSON.stringify(seen), question, structured, seen };
        },
        carryOut: async ({ seen }) => ({ structured: (await write({ dryRun: false, versions: seen })).structured }),
      });
    },
  });
}
