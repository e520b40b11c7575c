import { expect, test } from 'vitest';
import { kernelErrors } from '../../src/errors.ts';
import type { Call } from '../../src/pipeline/call.ts';
import type { Gate, InboundMessage, Performed } from '../../src/pipeline/gate.ts';
import { renderToolResult } from '../../src/pipeline/methods.ts';
import { toolResult } from '../../src/server/error-response.ts';
import { openExchange } from '../../src/server/exchange.ts';
import { createBinding, type ServerIdentity } from '../../src/server/mcp-binding.ts';
import { createPlainAnswer } from '../../src/server/plain-answer.ts';

/*
 * Plain requests are answered without the SDK. Here the same results go both ways, and have to come out the same, byte
 * for byte: an SDK that begins to answer otherwise is noticed here.
 */

const identity: ServerIdentity = {
  serverInfo: { name: 'gatehouse', title: 'Gatehouse', version: '1.0.0' },
  instructions: 'Records.',
};

const tool = {
  name: 'read',
  title: 'Read',
  description: 'Reads.',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } }, additionalProperties: false },
  outputSchema: { type: 'object', properties: {} },
  annotations: {
    title: 'Read',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
};

/** A method, its parameters, and what the gate answers. */
const cases: readonly [
  name: string,
  method: string,
  params: Record<string, unknown>,
  result: Record<string, unknown>,
][] = [
  [
    'a tool result',
    'tools/call',
    { name: 'read', arguments: {} },
    renderToolResult({ structured: { a: 1, b: [null] } }),
  ],
  ['one that reports failure', 'tools/call', { name: 'read' }, renderToolResult({ structured: {}, isError: true })],
  [
    'one with content of its own',
    'tools/call',
    { name: 'read' },
    renderToolResult({ structured: {}, content: [{ type: 'image', data: 'AA==', mimeType: 'image/png' }] }),
  ],
  ['a refusal that the model can read', 'tools/call', { name: 'read' }, toolResult(kernelErrors.RECORD_NOT_FOUND())],
  ['a list of tools', 'tools/list', {}, { tools: [tool] }],
  ['an empty list', 'tools/list', {}, { tools: [] }],
  ['a list of resources', 'resources/list', {}, { resources: [{ uri: 'gatehouse://model/x', name: 'x', title: 'X' }] }],
  [
    'a list of templates',
    'resources/templates/list',
    {},
    { resourceTemplates: [{ uriTemplate: 'a://{b}', name: 'a' }] },
  ],
  [
    'a resource',
    'resources/read',
    { uri: 'a://b' },
    { contents: [{ uri: 'a://b', mimeType: 'text/plain', text: 'é😀' }] },
  ],
  ['a list of prompts', 'prompts/list', {}, { prompts: [{ name: 'p', arguments: [{ name: 'q', required: true }] }] }],
];

function gateThatAnswers(result: Record<string, unknown>): Gate {
  return {
    receive: message => ({ ...message, responseHeaders: {} }) as unknown as Call,
    identify: async () => undefined,
    screen: async () => undefined,
    turnAway: () => expect.unreachable(),
    admit: async () => undefined,
    recheck: async () => undefined,
    perform: async (): Promise<Performed> => ({ ok: true, result }),
    seal: async () => undefined,
  };
}

async function bySdk(input: {
  era: 'modern' | 'legacy';
  method: string;
  params: object;
  result: Record<string, unknown>;
}) {
  const { era, method, params, result } = input;
  const gate = gateThatAnswers(result);
  const binding = createBinding({ gate, identity, onError: () => {} });
  const message = { method, era, params } as unknown as InboundMessage;
  const name = (params as { name?: string; uri?: string }).name ?? (params as { uri?: string }).uri;
  const modernHeaders = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
  };
  const meta = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'pin', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  const request = new Request('http://gatehouse.invalid/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' && modernHeaders),
    },
  });
  const body = { jsonrpc: '2.0', id: 7, method, params: { ...params, ...(era === 'modern' && meta) } };
  const exchange = openExchange(message, gate.receive(message));
  const answer = await binding.serve({ request, body, exchange });
  const text = await answer.text();
  return era === 'modern' ? text : (text.match(/^data: (.*)$/m)?.[1] ?? text);
}

test.each(cases)('%s (modern): as the SDK says it', async (_, method, params, result) => {
  const plain = createPlainAnswer(identity.serverInfo)({ method, era: 'modern', id: 7 }, result);
  expect(plain).toBe(await bySdk({ era: 'modern', method, params, result }));
});

test.each([...cases, ['a ping', 'ping', {}, {}] as const])(
  '%s (legacy): as the SDK says it',
  async (_, method, params, result) => {
    const plain = createPlainAnswer(identity.serverInfo)({ method, era: 'legacy', id: 7 }, result);
    expect(plain).toBe(await bySdk({ era: 'legacy', method, params, result }));
  },
);

test('the shapes themselves', () => {
  const answer = createPlainAnswer({ name: 'gatehouse', version: '1.0.0' });
  expect(answer({ method: 'tools/list', era: 'modern', id: 1 }, { tools: [] })).toBe(
    '{"result":{"tools":[],"resultType":"complete","ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"gatehouse","version":"1.0.0"}}},"jsonrpc":"2.0","id":1}',
  );
  expect(answer({ method: 'tools/call', era: 'modern', id: 'a' }, { content: [], _meta: { x: 1 } })).toBe(
    '{"result":{"content":[],"_meta":{"x":1,"io.modelcontextprotocol/serverInfo":{"name":"gatehouse","version":"1.0.0"}},"resultType":"complete"},"jsonrpc":"2.0","id":"a"}',
  );
  expect(answer({ method: 'ping', era: 'legacy', id: 1 }, {})).toBe('{"result":{},"jsonrpc":"2.0","id":1}');
});
