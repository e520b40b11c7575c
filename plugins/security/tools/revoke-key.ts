import { z } from 'zod';
import { defineTool, type Runtime, type ToolDefinition } from '../../../src/index.ts';
import { revokeKeyAs } from '../keys/revoke-as.ts';

const model = 'security.api-key';

/** `revoke_key`: ends a key, one's own or, for managers, anybody's. The one thing that a caller may do to a key's state. */
export function revokeKeyTool(runtime: () => Runtime): ToolDefinition {
  return defineTool({
    name: 'revoke_key',
    title: 'Revoke an API key',
    description:
      'Ends an API key for good: your own, or anybody’s for those who manage keys. The keys are the records of security.api-key.',
    input: z.strictObject({
      key: z.string().min(1).max(100).describe('Prefix of the key, or its record id.'),
      reason: z.string().trim().min(1).max(200).default('revoked by its user').describe('Kept with the key.'),
    }),
    output: z.object({ prefix: z.string(), revoked: z.literal(true) }),
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    scope: () => 'write',
    touches: ({ key }) => [
      { model, operation: 'read', fields: [{ path: 'prefix', use: 'read', at: 'key' }] },
      { model, operation: 'write', ids: [key] },
    ],
    isUsable: ({ policy, principal }) => policy.of(principal, model)?.operations.has('write') === true,
    async run({ key, reason }, { env }) {
      const { prefix } = await revokeKeyAs({ runtime: runtime(), env, reference: key, reason });
      return { structured: { prefix, revoked: true } };
    },
  });
}
