import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { fitToRoom } from '../answer/fit-to-room.ts';
import { cutNote, roomOf } from '../answer/room.ts';
import { canUse } from '../can-use.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';
import { domainSummary, fieldsOfDomain, fieldsOfTerms } from '../touched-fields.ts';

/** Groups that the environment goes through at most, the extra one that is asked for included. */
const farthest = 10_000;

/** How the terms are written; a word that is in the wrong place is told from a field that is not there. */
const groupTerm = z
  .string()
  .max(200)
  .regex(/^[^:]+(:(day|week|month|quarter|year))?$/, 'expected a field, or a date with a unit, such as date:month');
const measureTerm = z
  .string()
  .max(200)
  .regex(/^(count|[^:]+:(sum|avg|min|max))$/, 'expected count, or field:sum, field:avg, field:min, field:max');

/** `aggregate`: counts and figures over the records of a model, in groups. */
export function aggregateTool(settings: RecordSettings): ToolDefinition {
  const room = roomOf(settings);
  const maxOffset = farthest - settings.maxRecords - 1;
  return defineTool({
    name: 'aggregate',
    title: 'Aggregate records',
    description: 'Counts records of a model and computes sums, averages, minima and maxima of their fields, by groups.',
    input: z.strictObject({
      model: schemas.modelName,
      domain: schemas.domain.optional(),
      groupBy: z
        .array(groupTerm)
        .max(4)
        .default([])
        .describe(
          'Fields to group by, such as state; dates and times with a unit (day, week, month, quarter, year; UTC), such as date:month. Without it: one group of all.',
        ),
      measures: z
        .array(measureTerm)
        .min(1)
        .max(20)
        .default(['count'])
        .describe('What to compute: count, or field:sum, field:avg, field:min, field:max, such as amount_total:sum.'),
      limit: z
        .int()
        .min(1)
        .max(settings.maxRecords)
        .default(settings.maxRecords)
        .describe('Groups in one answer at most.'),
      offset: z.int().min(0).max(maxOffset).default(0).describe('Groups to skip: nextOffset of the page before.'),
    }),
    output: z.object({
      groups: z
        .array(schemas.mapOf(z.unknown()))
        .describe('Each with its keys and measures, named as in the call; ordered by the keys.'),
      nextOffset: schemas.nextOffset,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    scope: () => 'read',
    touches({ model, domain, groupBy, measures }) {
      const named = [
        ...fieldsOfDomain(domain),
        ...fieldsOfTerms(groupBy, 'groupBy'),
        ...fieldsOfTerms(measures, 'measures'),
      ];
      return [{ model, operation: 'read', fields: named, ...domainSummary(domain) }];
    },
    isUsable: canUse('read'),
    trial: args => args,
    async run({ model, domain, groupBy, measures, limit, offset }, context) {
      // One more than asked for tells whether there are more.
      const found = await context.env.of(model).aggregate({ domain, groupBy, measures, limit: limit + 1, offset });
      const page = found.groups.slice(0, limit);
      const { items: groups } = fitToRoom({ items: page, room, shorten: group => group });
      const next = offset + groups.length;
      const hasMore = groups.length < found.groups.length;
      const isReachable = next <= maxOffset;
      return {
        records: groups.length,
        structured: {
          groups,
          ...(hasMore && isReachable && { nextOffset: next }),
          ...cutNote({
            isCut: groups.length < page.length || (hasMore && !isReachable),
            isShortened: false,
            rest: isReachable
              ? 'The same call with nextOffset as offset returns the next groups.'
              : 'There are more groups than can be paged through; a narrower domain has fewer.',
          }),
        },
      };
    },
  });
}
