import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { type AnsweredRecord, shortenRecord } from '../answer/answered-records.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import { canUse } from '../can-use.ts';
import { createQuestion } from '../confirm/question.ts';
import { whenConfirmed } from '../confirm/when-confirmed.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { fieldsOfValues } from '../touched-fields.ts';

/** `create`: new records of one model, all or none. */
export function createTool(settings: RecordSettings): ToolDefinition {
  const needsConfirmation = ({ records, dryRun }: { records: readonly unknown[]; dryRun: boolean }) =>
    records.length > settings.confirm.create && !dryRun;
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
      confirmation: schemas.confirmation,
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
      confirmation: schemas.answeredConfirmation,
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
    interactive: args => needsConfirmation(args) && args.confirmation === undefined,
    async run(args, context) {
      const { model, records, dryRun } = args;

      async function create(isDry: boolean) {
        const created = await context.env.of(model).create(records, { dryRun: isDry });
        const { shown, ...note } = fitChanged({ items: created, shorten: shortenRecord, settings });
        return { created, structured: { dryRun: isDry, created: isDry ? shown.map(withoutIdentity) : shown, ...note } };
      }

      if (!needsConfirmation(args)) return { structured: (await create(dryRun)).structured };
      return whenConfirmed({
        context,
        tool: 'create',
        args,
        settings,
        async preview() {
          const { created, structured } = await create(true);
          // What would be is made from the arguments alone.
          return { basis: '', question: createQuestion({ context, model, created }), structured };
        },
        carryOut: async () => ({ structured: (await create(false)).structured }),
      });
    },
  });
}

/** What is not stored has no id, and no version that counts. */
function withoutIdentity({ title, values, shortened }: AnsweredRecord): Omit<AnsweredRecord, 'id' | 'url' | 'version'> {
  return { title, values, ...(shortened && { shortened }) };
}
