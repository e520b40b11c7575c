import { z } from 'zod';
import { defineTool, type ToolDefinition } from '../../../src/index.ts';
import { endGrantAs } from '../grants/end-grant-as.ts';
import { grant } from '../models/grant.ts';
import type { EndAccess } from '../provider/end-access.ts';

const model = grant.name;

/** `disconnect_app`: ends a connected app, one's own or, for managers, anybody's, with all its tokens. */
export function disconnectAppTool(access: () => EndAccess): ToolDefinition {
  return defineTool({
    name: 'disconnect_app',
    title: 'Disconnect an app',
    description:
      'Ends the access of a connected app for good: of your own, or of anybody’s for those who manage access. The apps are the records of oauth.grant.',
    input: z.strictObject({
      app: z.string().min(1).max(100).describe('Record id of the connected app.'),
      reason: z.string().trim().min(1).max(200).default('disconnected by its user').describe('Kept with it.'),
    }),
    output: z.object({ app: z.string(), disconnected: z.literal(true) }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'write',
    touches: ({ app }) => [
      { model, operation: 'read', ids: [app], fields: [{ path: 'client_name', use: 'read', at: 'app' }] },
    ],
    isUsable: ({ policy, principal }) => policy.of(principal, model)?.operations.has('read') === true,
    async run({ app: reference, reason }, { env }) {
      const { app } = await endGrantAs({ access: access(), env, reference, reason });
      return { structured: { app, disconnected: true } };
    },
  });
}
