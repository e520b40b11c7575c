import { expect, test } from 'vitest';
import { checkStandardHeaders } from '../../../src/server/standard-headers.ts';

const call = { method: 'tools/call', params: { name: 'réad', arguments: {} } };
const version = { 'mcp-protocol-version': '2026-07-28' };
const encoded = `=?base64?${Buffer.from('réad').toString('base64')}?=`;
const fit = { ...version, 'mcp-method': 'tools/call', 'mcp-name': encoded };

test.each([
  ['a call', call, fit],
  ['a list, which names nothing', { method: 'tools/list', params: {} }, { ...version, 'mcp-method': 'tools/list' }],
  [
    'a resource',
    { method: 'resources/read', params: { uri: 'a://b' } },
    { ...fit, 'mcp-method': 'resources/read', 'mcp-name': 'a://b' },
  ],
  ['a name that is no text, which the schema refuses', { ...call, params: { name: 1 } }, fit],
])('%s fits its headers', (_, message, headers) => {
  expect(checkStandardHeaders(message, headers)).toBeUndefined();
});

test.each([
  ['no revision', { ...fit, 'mcp-protocol-version': undefined }, 'MCP-Protocol-Version is missing'],
  ['no method', { ...fit, 'mcp-method': undefined }, 'Mcp-Method is missing'],
  ['another method', { ...fit, 'mcp-method': 'tools/list' }, 'Mcp-Method differs'],
  ['a method in other case', { ...fit, 'mcp-method': 'Tools/Call' }, 'Mcp-Method differs'],
  ['no name', { ...fit, 'mcp-name': undefined }, 'Mcp-Name is missing'],
  ['another name', { ...fit, 'mcp-name': 'delete' }, 'Mcp-Name differs'],
  ['a name in other case', { ...fit, 'mcp-name': 'RÉAD' }, 'Mcp-Name differs'],
  ['half an encoding', { ...fit, 'mcp-name': '=?base64?cmVh?' }, 'Mcp-Name differs'],
  ['an encoding that does not hold', { ...fit, 'mcp-name': '=?base64?c!?=' }, 'Mcp-Name is not encoded correctly'],
  ['bytes that are no UTF-8', { ...fit, 'mcp-name': '=?base64?/w==?=' }, 'Mcp-Name is not encoded correctly'],
])('%s: HEADER_MISMATCH', (_, headers, said) => {
  const fault = checkStandardHeaders(call, headers);
  expect(fault).toMatchObject({ code: 'HEADER_MISMATCH', status: 400 });
  expect(fault?.publicMessage).toContain(said);
});
