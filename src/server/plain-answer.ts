import type { Call } from '../pipeline/call.ts';
import type { RequestId } from './error-response.ts';

/** Writes the JSON-RPC answer that carries a result. */
export type PlainAnswer = (
  question: Pick<Call, 'method' | 'era'> & { readonly id: RequestId },
  result: Readonly<Record<string, unknown>>,
) => string;

/** Results that clients may keep, by revision 2026-07-28; ours depend on the caller, so nobody else's cache may. */
const cacheable: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/**
 * Answers without the SDK, byte for byte as the SDK would (`test/pins/` holds them together): since 2026-07-28 a result
 * says that it is complete, how long it may be kept, and who made it.
 */
export function createPlainAnswer(serverInfo: Readonly<Record<string, unknown>>): PlainAnswer {
  return ({ method, era, id }, result) => {
    if (era === 'legacy') return JSON.stringify({ result, jsonrpc: '2.0', id });
    const stamped: Record<string, unknown> = { ...result, resultType: 'complete' };
    if (cacheable.has(method)) {
      stamped.ttlMs = 0;
      stamped.cacheScope = 'private';
    }
    const meta = result._meta as Record<string, unknown> | undefined;
    stamped._meta = { ...meta, 'io.modelcontextprotocol/serverInfo': serverInfo };
    return JSON.stringify({ result: stamped, jsonrpc: '2.0', id });
  };
}
