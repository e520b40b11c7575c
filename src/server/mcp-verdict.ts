import type { IncomingHttpHeaders } from 'node:http';
import { classifyInboundRequest, DEFAULT_NEGOTIATED_PROTOCOL_VERSION } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import type { Era } from '../pipeline/call.ts';

/** What the SDK makes of a posted body: which revision it speaks, and what kind of message it is. */
export interface Verdict {
  readonly kind: 'request' | 'notification' | 'response' | 'batch' | 'invalid';
  readonly era: Era;
  readonly protocolVersion: string;
}

/** Verdicts that are kept, and characters of the key of one. */
const maxKept = 1000;
const maxKey = 1000;

/**
 * The SDK's verdicts. They are dear (several schemas are tried), and a client's requests differ in little that they
 * depend on, so for ordinary requests they are kept: by everything that they depend on, and nothing else.
 */
export function createVerdicts(): (headers: IncomingHttpHeaders, body: unknown) => Verdict {
  const kept = new LRUCache<string, Verdict>({ max: maxKept });
  return (headers, body) => {
    const version = one(headers['mcp-protocol-version']);
    const method = one(headers['mcp-method']);
    const key = verdictKey({ version, method, body });
    const found = key === undefined ? undefined : kept.get(key);
    if (found) return found;
    const verdict = classify({ version, method, name: one(headers['mcp-name']), body });
    if (key !== undefined) kept.set(key, verdict);
    return verdict;
  };
}

/**
 * All that the verdict on an ordinary request depends on: the two headers, the method and `_meta`. Ordinary is a
 * JSON-RPC request with nothing more in it, but not `initialize`, which names its revision elsewhere.
 */
function verdictKey(input: {
  version: string | undefined;
  method: string | undefined;
  body: unknown;
}): string | undefined {
  const { body } = input;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { jsonrpc, id, method, params, ...rest } = body as Record<string, unknown>;
  for (const _ in rest) return undefined;
  if (jsonrpc !== '2.0' || typeof method !== 'string' || method === 'initialize') return undefined;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params)))
    return undefined;
  const meta = (params as { _meta?: unknown } | undefined)?._meta;
  const key = JSON.stringify([input.version, input.method, method, params === undefined, meta]);
  return key.length > maxKey ? undefined : key;
}

function classify(input: {
  version: string | undefined;
  method: string | undefined;
  name: string | undefined;
  body: unknown;
}): Verdict {
  const { version, method, name, body } = input;
  const outcome = classifyInboundRequest({
    httpMethod: 'POST',
    ...(version !== undefined && { protocolVersionHeader: version }),
    ...(method !== undefined && { mcpMethodHeader: method }),
    ...(name !== undefined && { mcpNameHeader: name }),
    body,
  });
  switch (outcome.kind) {
    case 'reject':
      return { kind: 'invalid', era: isModern(version) ? 'modern' : 'legacy', protocolVersion: version ?? '' };
    case 'modern':
      return { kind: outcome.messageKind, era: 'modern', protocolVersion: outcome.classification.revision ?? '' };
    case 'legacy': {
      const protocolVersion = outcome.requestedVersion ?? version ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION;
      return { kind: legacyKinds[outcome.reason], era: 'legacy', protocolVersion };
    }
  }
}

const legacyKinds = {
  initialize: 'request',
  'no-claim': 'request',
  notification: 'notification',
  response: 'response',
  batch: 'batch',
  'http-method': 'invalid',
} as const;

/** The stateless revisions that are served; the ones before them are the SDK's `SUPPORTED_PROTOCOL_VERSIONS`. */
const modernVersions: readonly string[] = ['2026-07-28'];

export function isModern(version: string | undefined): boolean {
  return version !== undefined && modernVersions.includes(version);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
