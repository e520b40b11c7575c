import { z } from 'zod';
import { defineTool, type Records, type ToolDefinition } from '../../../src/index.ts';
import { shortenTitle } from '../answer/answered-records.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import { canUse } from '../can-use.ts';
import { deleteQuestion } from '../confirm/question.ts';
import { whenConfirmed } from '../confirm/when-confirmed.ts';
import { modelOf, recordIdsOfOneModel } from '../record-id.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { versionsFitIds } from '../versions-fit-ids.ts';

/** `delete`: records of one model, all or none. */
export function deleteTool(settings: RecordSettings): ToolDefinition {
  const needsConfirmation = ({ dryRun }: { dryRun: boolean }) => settings.confirm.delete && !dryRun;
  return defineTool({
    name: 'delete',
    title: 'Delete records',
    description: 'Deletes records of one model for good: all of them, or none when one is refused.',
    input: z
      .strictObject({
        ids: recordIdsOfOneModel(settings.maxRecords).describe('Record ids, model/id, all of one model.'),
        versions: schemas.versions,
        dryRun: schemas.dryRun,
        confirmation: schemas.confirmation,
      })
      .superRefine(versionsFitIds),
    output: z.object({
      dryRun: schemas.answeredDryRun,
      deleted: z
        .array(z.object({ id: schemas.answeredId, title: z.string() }))
        .describe('The records deleted; in a dry run those that would be.'),
      alsoDeleted: z.int().describe('Records that can be seen to depend on these and go with them.'),
      cleared: z.int().describe('Records that refer to these and lose the reference.'),
      notShown: schemas.notShown,
      truncated: schemas.truncated,
      hint: schemas.hint,
      confirmation: schemas.answeredConfirmation,
    }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'delete',
    touches: ({ ids }) => [{ model: modelOf(ids[0] ?? ''), operation: 'delete', ids }],
    isUsable: canUse('delete'),
    trial: args => ({ ...args, dryRun: true }),
    interactive: args => needsConfirmation(args) && args.confirmation === undefined,
    async run(args, context) {
      const { ids, versions, dryRun } = args;
      const model = modelOf(ids[0] ?? '');
      const records = context.env.of(model);

      async function remove(input: { dryRun: boolean; plan?: string }) {
        const { plan, ...done } = await records.delete(ids, { ...input, ...(versions && { versions }) });
        return { plan, done, structured: deletedAnswer(input.dryRun, done) };
      }

      function deletedAnswer(isDry: boolean, { deleted, alsoDeleted, cleared }: Omit<Deleted, 'plan'>) {
        const { shown, ...note } = fitChanged({
          items: deleted.map(({ id, title }) => ({ id, title })),
          shorten: (item, length) => ({ ...item, title: shortenTitle(item.title, length) }),
          settings,
        });
        return { dryRun: isDry, deleted: shown, alsoDeleted, cleared, ...note };
      }

      if (!needsConfirmation(args)) return { structured: (await remove({ dryRun })).structured };
      return whenConfirmed({
        context,
        tool: 'delete',
        args,
        settings,
        async preview() {
          const { plan, done, structured } = await remove({ dryRun: true });
          return { basis: plan, question: deleteQuestion({ context, model, ...done }), structured };
        },
        carryOut: async ({ basis }) => ({ structured: (await remove({ dryRun: false, plan: basis })).structured }),
      });
    },
  });
}

type Deleted = Awaited<ReturnType<Records['delete']>>;
