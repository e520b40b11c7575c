import { z } from 'zod';
import { defineTool, operations, type ToolDefinition } from '../../../src/index.ts';
import { shortenTitle } from '../answer/answered-records.ts';
import { fitToRoom } from '../answer/fit-to-room.ts';
import { cutNote, roomOf } from '../answer/room.ts';
import { canUse } from '../can-use.ts';
import * as schemas from '../schemas.ts';
import type { RecordSettings } from '../settings.ts';

/** `list_models`: the models that exist for the caller, and what may be done with each. */
export function listModelsTool(settings: RecordSettings): ToolDefinition {
  const room = roomOf(settings);
  return defineTool({
    name: 'list_models',
    title: 'List models',
    description:
      'Lists the models (kinds of business records) that are available, with the operations allowed on each.',
    input: z.strictObject({ offset: schemas.offset.describe('Models to skip: nextOffset of the page before.') }),
    output: z.object({
      models: z.array(
        z.object({
          name: z.string(),
          label: z.string(),
          description: z.string(),
          operations: z.array(z.enum(operations)),
        }),
      ),
      total: z.int(),
      nextOffset: schemas.nextOffset,
      truncated: schemas.truncated,
      hint: schemas.hint,
    }),
    hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
    scope: () => 'read',
    touches: () => [],
    isUsable: canUse('read'),
    trial: args => args,
    async run({ offset }, { policy, principal }) {
      const all = policy
        .models(principal)
        .map(({ model: { name, label, description }, operations: allowed }) => ({
          name,
          label,
          description,
          operations: operations.filter(operation => allowed.has(operation)),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items: models } = fitToRoom({
        items: all.slice(offset),
        room,
        shorten: (model, length) => ({ ...model, description: shortenTitle(model.description, length) }),
      });
      const next = offset + models.length;
      const isCut = next < all.length;
      return {
        structured: {
          models,
          total: all.length,
          ...(isCut && { nextOffset: next }),
          ...cutNote({
            isCut,
            isShortened: false,
            rest: 'list_models with nextOffset as offset returns the next models.',
          }),
        },
      };
    },
  });
}
