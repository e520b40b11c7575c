import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { shortenTitle } from '../answer/answered-records.ts';
import { fitChanged } from '../answer/fit-changed.ts';
import { modelOf, recordIdsOfOneModel } from '../record-id.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { canUse } from '../usable.ts';
import { versionsFitIds } from '../versions.ts';

/** `delete`: records of one model, all or none. */
export function deleteTool(settings: RecordSettings): ToolDefinition {
  return defineTool({
    name: 'delete',
    title: 'Delete records',
    description: 'Deletes records of one model for good: all of them, or none when one is refused.',
    input: z
      .strictObject({
        ids: recordIdsOfOneModel(settings.maxRecords).describe('Record ids, model/id, all of one model.'),
        versions: schemas.versions,
        dryRun: schemas.dryRun,
      })
      .superRefine(versionsFitIds),
    output: z.object({
      dryRun: schemas.answeredDryRun,
      deleted: z
        .array(z.object({ id: schemas.answeredId, title: z.string() }))
        .describe('The records deleted; in a dry run those that would be.'),
      alsoDeleted: z.int().describe('Records that depend on these and go with them.'),
      cleared: z.int().describe('Records that refer to these and lose the reference.'),
      notShown: schemas.notShown,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'delete',
    touches: ({ ids }) => [{ model: modelOf(ids[0] ?? ''), operation: 'delete', ids }],
    isUsable: canUse('delete'),
    trial: args => ({ ...args, dryRun: true }),
    async run({ ids, versions, dryRun }, context) {
      const records = context.env.of(modelOf(ids[0] ?? ''));
      const { deleted, alsoDeleted, cleared } = await records.delete(ids, { dryRun, ...(versions && { versions }) });
      const items = deleted.map(({ id, title }) => ({ id, title }));
      const { shown, ...note } = fitChanged({
        items,
        shorten: (item, length) => ({ ...item, title: shortenTitle(item.title, length) }),
        settings,
      });
      return { structured: { dryRun, deleted: shown, alsoDeleted, cleared, ...note } };
    },
  });
}
