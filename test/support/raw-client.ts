/** A client that sends what it is told, right or wrong, and shows the answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: JsonRpcAnswer | undefined;
}

export interface JsonRpcAnswer {
  readonly id?: unknown;
  readonly result?: Record<string, unknown> & {
    readonly content?: readonly { type: string; text: string }[];
    readonly structuredContent?: Record<string, unknown>;
    readonly isError?: boolean;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

export interface RawRequest {
  readonly method?: string;
  readonly params?: unknown;
  readonly key?: string | undefined;
  readonly era?: 'modern' | 'legacy';
  /** On top of, or instead of, those that a proper client sends; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as it is, instead of a message. */
  readonly body?: string;
}

/** Sends one JSON-RPC request to `url`. */
export async function send(url: string, request: RawRequest): Promise<RawAnswer> {
  const { era = 'modern', method = 'tools/list', params = {}, key } = request;
  const named = params as { name?: unknown; uri?: unknown };
  const proper: Record<string, string | undefined> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: key && `Bearer ${key}`,
    ...(era === 'modern'
      ? {
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          'mcp-name': [named.name, named.uri].find(value => typeof value === 'string') as string | undefined,
        }
      : { 'mcp-protocol-version': '2025-06-18' }),
    ...request.headers,
  };
  const headers = Object.entries(proper).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: request.body ?? message({ era, method, params }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

/** Calls a tool properly. */
export function callTool(
  url: string,
  tool: string,
  args: unknown,
  request: Omit<RawRequest, 'method' | 'params'> = {},
): Promise<RawAnswer> {
  return send(url, { ...request, method: 'tools/call', params: { name: tool, arguments: args } });
}

function message({ era, method, params }: { era: string; method: string; params: unknown }): string {
  const meta = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  const full = era === 'modern' ? { ...(params as object), ...meta } : params;
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: full });
}

function parse(text: string): JsonRpcAnswer | undefined {
  const json = text.startsWith('event:') || text.startsWith('data:') ? (/^data: ?(.*)$/m.exec(text)?.[1] ?? '') : text;
  try {
    return JSON.parse(json) as JsonRpcAnswer;
  } catch {
    return undefined;
  }
}
