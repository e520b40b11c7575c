import { expect, test } from 'vitest';
import { openExchange } from '../../../src/server/exchange.ts';
import { createBinding } from '../../../src/server/mcp-binding.ts';
import { identity, testServer } from './test-server.ts';

const method = 'subscriptions/listen';
const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
};
const params = {
  notifications: { toolsListChanged: true },
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};

test('there is no number of subscriptions by which some could keep out the rest', async () => {
  const { gate } = testServer();
  const binding = createBinding({ gate, identity, onError: () => undefined });
  const message = {
    transport: 'http' as const,
    era: 'modern' as const,
    protocolVersion: '2026-07-28',
    method,
    params,
    client: { name: 'c', version: '1', userAgent: '', sessionId: undefined },
    address: '127.0.0.1',
    presented: undefined,
    traceparent: undefined,
  };
  for (let id = 0; id < 1_100; id += 1) {
    const request = new Request('http://gatehouse.test/mcp', { method: 'POST', headers });
    const exchange = openExchange(message, gate.receive(message));
    const answer = await binding.serve({ request, body: { jsonrpc: '2.0', id, method, params }, exchange });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
  }
  await binding.close();
});
