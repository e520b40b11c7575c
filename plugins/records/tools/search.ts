import { z } from 'zod';
import { defineTool, type ToolDefinition, wordsOf } from '../../../src/index.ts';
import { shortenRecord } from '../answer/answered-records.ts';
import { fitToRoom } from '../answer/fit-to-room.ts';
import { cutNote, roomOf } from '../answer/room.ts';
import { canUse } from '../can-use.ts';
import * as schemas from '../schemas.ts';
import { searchEverywhere } from '../search-everywhere.ts';
import type { RecordSettings } from '../settings.ts';
import { domainSummary, fieldsNamed, fieldsOfDomain, fieldsOfOrder } from '../touched-fields.ts';

/**
 * `search`: the records of a model by domain, words or both; or, with `query` alone, those of every model, in the
 * shape that ChatGPT's research and company knowledge modes read.
 */
export function searchTool(settings: RecordSettings): ToolDefinition {
  const room = roomOf(settings);
  return defineTool({
    name: 'search',
    title: 'Search records',
    description:
      'Finds records: of one model, by conditions (domain), by words (query) or both, with their values; or, with query alone, of all models, without values.',
    input: z
      .strictObject({
        query: z
          .string()
          .max(500)
          .refine(query => wordsOf(query).length > 0, 'holds no word; a word has letters or digits')
          .optional()
          .describe('Words; every one of them begins a word in a searchable field of the record.'),
        model: schemas.modelName.optional().describe('Technical name of the model, such as crm.partner.'),
        domain: schemas.domain.optional(),
        fields: schemas.resultFields,
        order: schemas.order.optional(),
        limit: z
          .int()
          .min(1)
          .max(settings.maxRecords)
          .default(settings.defaultRecords)
          .describe('Records in one answer at most.'),
        offset: schemas.offset.describe('Records to skip: nextOffset of the page before.'),
      })
      .superRefine((args, checks) => {
        if (args.model !== undefined) return;
        if (args.query === undefined) {
          checks.addIssue({
            code: 'custom',
            path: [],
            message: 'give a model or a query (list_models names the models)',
          });
        }
        for (const name of ['domain', 'fields', 'order'] as const) {
          if (args[name] === undefined) continue;
          checks.addIssue({ code: 'custom', path: [name], message: 'is only possible together with model' });
        }
      }),
    output: z.object({
      results: z.array(
        z.object({
          id: schemas.answeredId,
          title: z.string(),
          url: z.string(),
          version: z.int().optional(),
          values: schemas.answeredValues.optional(),
          shortened: schemas.shortened,
        }),
      ),
      total: z.int().describe('Records that match in all.'),
      nextOffset: schemas.nextOffset,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    scope: () => 'read',
    touches({ model, domain, fields, order }) {
      if (model === undefined) return [];
      const named = [...fieldsOfDomain(domain), ...fieldsNamed(fields), ...fieldsOfOrder(order)];
      return [{ model, operation: 'read', fields: named, ...domainSummary(domain) }];
    },
    isUsable: canUse('read'),
    trial: args => args,
    async run({ model, query, domain, fields, order, limit, offset }, context) {
      if (model === undefined) {
        const found = await searchEverywhere({ query: query ?? '', limit, offset, room, context });
        return {
          structured: found,
          text: { exact: true },
          records: found.results.length,
        };
      }
      const { records, total } = await context.env.of(model).search({ domain, query, fields, order, limit, offset });
      const { items: results, isShortened } = fitToRoom({
        items: records,
        room,
        shorten: shortenRecord,
      });
      const next = offset + results.length;
      return {
        records: results.length,
        structured: {
          results,
          total,
          ...(next < total && results.length > 0 && { nextOffset: next }),
          ...cutNote({
            isCut: results.length < records.length,
            isShortened,
            rest: 'Search with nextOffset as offset returns the next records.',
          }),
        },
      };
    },
  });
}
