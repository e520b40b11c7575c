import { z } from 'zod';
import { type CallContext, defineTool, type OutRecord, type ToolDefinition } from '../../../src/index.ts';
import { shortenRecord, skipIntoValues } from '../answer/answered-records.ts';
import { fitToRoom } from '../answer/fit-to-room.ts';
import { cutNote, roomOf } from '../answer/room.ts';
import { canUse } from '../can-use.ts';
import { byModel, recordIds } from '../record-id.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { fieldsNamed } from '../touched-fields.ts';

/** `read`: records by id, of one model or several, in the order of the ids. */
export function readTool(settings: RecordSettings): ToolDefinition {
  const room = roomOf(settings);
  return defineTool({
    name: 'read',
    title: 'Read records',
    description: 'Returns the values of records, given by their ids.',
    input: z
      .strictObject({
        ids: recordIds(settings.maxRecords).describe('Record ids, model/id, as search returns them.'),
        fields: schemas.fieldNames
          .optional()
          .describe('Fields to return. Without it: every field but lists of dependent records.'),
        valueOffset: schemas.offset.describe(
          'Where long values begin, in characters of text or items of a list: for the rest of a shortened value. Only together with fields.',
        ),
      })
      .refine(({ fields, valueOffset }) => valueOffset === 0 || fields !== undefined, {
        path: ['valueOffset'],
        message: 'is only possible together with fields',
      }),
    output: z.object({
      records: z.array(
        z.object({
          id: schemas.answeredId,
          title: z.string(),
          url: z.string(),
          version: z.int(),
          values: schemas.answeredValues,
          shortened: schemas.shortened,
        }),
      ),
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    scope: () => 'read',
    touches: ({ ids, fields }) =>
      Array.from(byModel(ids), ([model, named]) => ({
        model,
        operation: 'read',
        fields: fieldsNamed(fields),
        ids: named,
      })),
    isUsable: canUse('read'),
    trial: args => args,
    async run({ ids, fields, valueOffset: from }, context) {
      const found = await readRecords({ ids, fields, context });
      const { items: records, isShortened } = fitToRoom({
        items: from === 0 ? found : found.map(record => skipIntoValues(record, from)),
        room,
        shorten: (record, length) => shortenRecord(record, length, from),
      });
      const rest = `The first ${records.length} of ${ids.length} records are here; the others can be read by their ids.`;
      return {
        records: records.length,
        structured: { records, ...cutNote({ isCut: records.length < ids.length, isShortened, rest }) },
      };
    },
  });
}

/** One query a model; the order is that of `ids`. */
async function readRecords({
  ids,
  fields,
  context,
}: {
  ids: readonly string[];
  fields: readonly string[] | undefined;
  context: CallContext;
}): Promise<OutRecord[]> {
  const models = byModel(ids);
  const [model] = models.keys();
  if (model !== undefined && models.size === 1) return context.env.of(model).read(ids, fields);
  const perModel = await Promise.all(Array.from(models, ([name, named]) => context.env.of(name).read(named, fields)));
  const byId = new Map(perModel.flat().map(record => [record.id, record]));
  return ids.flatMap(id => byId.get(id) ?? []);
}
