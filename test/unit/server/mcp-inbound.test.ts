import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchElements, createInboundReader, lineMessage } from '../../../src/server/mcp-inbound.ts';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '2.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const inboundMessage = createInboundReader();
const accept = 'application/json, text/event-stream';

function modern(method: string, params: object = {}, headers: Record<string, string> = {}) {
  const named = params as { name?: string; uri?: string };
  const name = named.name ?? named.uri;
  return inboundMessage({
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
      ...headers,
    },
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } },
  });
}

function legacy(body: object, headers: Record<string, string> = { accept, 'mcp-protocol-version': '2025-06-18' }) {
  return inboundMessage({ headers, body: { jsonrpc: '2.0', ...body } });
}

test('a modern request is recognised with its client and revision', () => {
  expect(modern('tools/call', { name: 'read', arguments: {} })).toMatchObject({
    kind: 'request',
    era: 'modern',
    protocolVersion: '2026-07-28',
    method: 'tools/call',
    id: 1,
    client: { name: 'test', version: '2.0' },
    isPlain: true,
  });
});

describe('what is not plain goes to the SDK', () => {
  test.each([
    ['a name that the header contradicts', modern('tools/call', { name: 'read' }, { 'mcp-name': 'delete' })],
    ['an encoded name', modern('tools/call', { name: 'read' }, { 'mcp-name': '=?base64?cmVhZA==?=' })],
    ['a name that looks encoded', modern('tools/call', { name: '=?base64?cmVhZA==?=' })],
    ['a name where none belongs', modern('tools/list', {}, { 'mcp-name': 'read' })],
    ['a retried call', modern('tools/call', { name: 'read', requestState: 'x' })],
    ['supplied input', modern('tools/call', { name: 'read', inputResponses: {} })],
    ['no name at all', modern('tools/call', {})],
    ['arguments of the wrong type', modern('tools/call', { name: 'read', arguments: [] })],
    ['a method that the revision does not have', modern('ping')],
    ['discovery', modern('server/discover')],
    ['a member that the prototype has', modern('tools/list', { toString: 1 })],
    ['an id that is null', legacy({ id: null, method: 'tools/list' })],
    [
      'a revision that nobody speaks',
      legacy({ id: 1, method: 'tools/list' }, { accept, 'mcp-protocol-version': '1999-01-01' }),
    ],
    ['half an Accept header', legacy({ id: 1, method: 'tools/list' }, { accept: 'application/json' })],
    ['a task', legacy({ id: 1, method: 'tools/call', params: { name: 'read', task: {} } })],
    ['a progress token of the wrong type', legacy({ id: 1, method: 'ping', params: { _meta: { progressToken: {} } } })],
    ['initialize', legacy({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } })],
  ])('%s', (_, inbound) => {
    expect(inbound.isPlain).toBe(false);
  });
});

test.each([
  ['a legacy request', legacy({ id: 'a', method: 'tools/list' }), { kind: 'request', era: 'legacy', isPlain: true }],
  [
    'one without a revision',
    legacy({ id: 1, method: 'ping' }, { accept }),
    { protocolVersion: '2025-03-26', isPlain: true },
  ],
  [
    'a notification',
    legacy({ method: 'notifications/initialized' }),
    { kind: 'notification', id: null, isPlain: false },
  ],
  ['an answer', legacy({ id: 1, result: {} }), { kind: 'response', method: '', isPlain: false }],
  [
    'initialize',
    legacy({
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', clientInfo: { name: 'c', version: '1' } },
    }),
    { kind: 'request', protocolVersion: '2025-11-25', client: { name: 'c', version: '1' } },
  ],
  ['no object', inboundMessage({ headers: {}, body: 'x' }), { kind: 'invalid', method: '', params: {}, id: null }],
  ['null', inboundMessage({ headers: {}, body: null }), { kind: 'invalid' }],
  ['an empty batch', inboundMessage({ headers: {}, body: [] }), { kind: 'invalid' }],
  [
    'a method that is a number',
    inboundMessage({ headers: {}, body: { jsonrpc: '2.0', id: 1, method: 5 } }),
    { kind: 'invalid', method: '', id: null },
  ],
  [
    'params that are a list',
    inboundMessage({ headers: {}, body: { jsonrpc: '2.0', id: 1, method: 'x', params: [1] } }),
    { params: {} },
  ],
  [
    'a modern header without an envelope',
    legacy({ id: 1, method: 'tools/list' }, { 'mcp-protocol-version': '2026-07-28' }),
    { kind: 'invalid', era: 'modern', id: 1 },
  ],
])('%s is recognised', (_, inbound, expected) => {
  expect(inbound).toMatchObject(expected);
});

test('what a client calls itself is cut short', () => {
  const clientInfo = { name: 'x'.repeat(10_000), version: 5 };
  const { client } = legacy({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', clientInfo } });
  expect(client).toEqual({ name: 'x'.repeat(100), version: '' });
});

test('the elements of a batch are recognised one by one', () => {
  const elements = batchElements(
    [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', method: 'n' },
      { jsonrpc: '2.0', id: 1, result: {} },
      5,
    ],
    '2025-03-26',
  );
  expect(elements.map(({ kind, isPlain }) => [kind, isPlain])).toEqual([
    ['request', true],
    ['notification', false],
    ['response', false],
    ['invalid', false],
  ]);
});

test('on stdio the body alone tells the revision', () => {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  expect(lineMessage({ ...message, params: { _meta: meta } })).toMatchObject({
    era: 'modern',
    protocolVersion: '2026-07-28',
  });
  expect(lineMessage(message)).toMatchObject({ era: 'legacy', kind: 'request' });
  expect(lineMessage([message])).toMatchObject({ kind: 'invalid' });
});

test('a verdict that was kept is the one that would be given', () => {
  const some = <T>(...values: T[]) => fc.constantFrom(...values);
  const metas = some<unknown>(undefined, {}, meta, { ...meta, extra: 1 }, { progressToken: 1 }, 5, null, [meta]);
  const bodies = fc.record(
    {
      jsonrpc: some<unknown>('2.0', '1.0'),
      id: some<unknown>(1, 'a', null, 1.5, {}),
      method: some<unknown>('tools/list', 'tools/call', 'initialize', 'notifications/x', 'tools/list\n', 5),
      params: fc.oneof(
        some<unknown>([], null, 'x'),
        fc.record({ _meta: metas, name: some<unknown>('x', 5) }, { requiredKeys: [] }),
      ),
      result: some<unknown>({}, 1),
      extra: some(1),
    },
    { requiredKeys: ['jsonrpc', 'method'] },
  );
  const headers = fc.record(
    {
      'mcp-protocol-version': some('2026-07-28', '2025-06-18', '1'),
      'mcp-method': some('tools/list', 'tools/call'),
      accept: some(accept),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(headers, bodies, (sent, body) => {
      const question = { headers: sent, body };
      inboundMessage(question);
      expect(inboundMessage(question)).toEqual(createInboundReader()(question));
    }),
    { numRuns: 1000 },
  );
});
