import { z } from 'zod';
import { defineTool, masks, operations, type ToolDefinition } from '../../../src/index.ts';
import { fitToRoom } from '../answer/fit-to-room.ts';
import { cutNote, roomOf } from '../answer/room.ts';
import { canUse } from '../can-use.ts';
import { describeModel } from '../model-description.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';

const fieldDescription = z.object({
  name: z.string(),
  kind: z.string(),
  label: z.string(),
  help: z.string().optional(),
  required: z.boolean(),
  readable: z.boolean(),
  masked: z
    .enum(masks)
    .optional()
    .describe('Results show only this part of the value, or none (all); it cannot be searched, ordered or grouped by.'),
  writable: z.boolean(),
  unique: z.boolean().optional(),
  searchable: z.boolean().optional().describe('Takes part in the query of search.'),
  maxLength: z.int().optional(),
  currency: z.string().optional(),
  decimals: z.int().optional(),
  options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  relation: z.string().optional().describe('Model of the related records.'),
  classification: z.string().optional(),
  operators: z.array(z.string()).describe('Operators of a domain that fit the field.'),
});

/** `describe_model`: a model's fields as the caller may use them. */
export function describeModelTool(settings: RecordSettings): ToolDefinition {
  const room = roomOf(settings);
  return defineTool({
    name: 'describe_model',
    title: 'Describe a model',
    description:
      'Describes a model: its fields with kind, label, options and relations, and the operations allowed on it.',
    input: z.strictObject({
      model: schemas.modelName,
      offset: schemas.offset.describe('Fields to skip: nextOffset of the page before.'),
    }),
    output: z.object({
      model: z.string(),
      label: z.string(),
      description: z.string(),
      operations: z.array(z.enum(operations)),
      titleField: z.string().optional().describe('The field that names a record.'),
      fields: z.array(fieldDescription),
      nextOffset: schemas.nextOffset,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    scope: () => 'read',
    touches: ({ model }) => [{ model, operation: 'read' }],
    isUsable: canUse('read'),
    trial: args => args,
    async run({ model, offset }, context) {
      const description = describeModel(model, context);
      const { items: fields } = fitToRoom({ items: description.fields.slice(offset), room, shorten: field => field });
      const next = offset + fields.length;
      const isCut = next < description.fields.length;
      return {
        structured: {
          ...description,
          fields,
          ...(isCut && { nextOffset: next }),
          ...cutNote({
            isCut,
            isShortened: false,
            rest: 'describe_model with nextOffset as offset returns the next fields.',
          }),
        },
      };
    },
  });
}
