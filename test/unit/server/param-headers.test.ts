import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Call } from '../../../src/pipeline/call.ts';
import { createParamHeaderCheck } from '../../../src/server/param-headers.ts';

const tool = {
  input: z.strictObject({
    region: z.string().meta({ 'x-mcp-header': 'Region' }).optional(),
    level: z.int().meta({ 'x-mcp-header': 'Level' }).optional(),
    dry: z.boolean().meta({ 'x-mcp-header': 'Dry' }).optional(),
    inner: z.strictObject({ city: z.string().meta({ 'x-mcp-header': 'City' }) }).optional(),
    free: z.string().optional(),
  }),
};

function verdict(args: unknown, headers: Record<string, string>, era = 'modern'): string {
  const call = { era, tool, params: { arguments: args } } as unknown as Call;
  return createParamHeaderCheck()(call, headers)?.publicMessage ?? 'fine';
}

test.each([
  [{ region: 'eu' }, { 'mcp-param-region': 'eu' }, 'fine'],
  [{ region: 'zürich' }, { 'mcp-param-region': '=?base64?esO8cmljaA==?=' }, 'fine'],
  [{ level: 42 }, { 'mcp-param-level': '42.0' }, 'fine'],
  [{ dry: true }, { 'mcp-param-dry': 'true' }, 'fine'],
  [{ inner: { city: 'x' } }, { 'mcp-param-city': 'x' }, 'fine'],
  [{ free: 'x' }, {}, 'fine'],
  [{}, { 'mcp-param-region': 'eu' }, 'fine'],
  [undefined, {}, 'fine'],
  [{ region: 'eu' }, {}, 'The header mcp-param-region is missing.'],
  [{ region: 'eu' }, { 'mcp-param-region': 'us' }, 'The header mcp-param-region differs from the arguments.'],
  [{ region: 'eu' }, { 'mcp-param-region': 'EU' }, 'The header mcp-param-region differs from the arguments.'],
  [{ level: 42 }, { 'mcp-param-level': '0x2a' }, 'The header mcp-param-level differs from the arguments.'],
  [{ region: 'x' }, { 'mcp-param-region': '=?base64?eA?=' }, 'The header mcp-param-region is not encoded correctly.'],
  [{ region: 'x' }, { 'mcp-param-region': '=?base64?/w==?=' }, 'The header mcp-param-region is not encoded correctly.'],
  [{ inner: { city: 'x' } }, {}, 'The header mcp-param-city is missing.'],
])('%j with %j: %s', (args, headers, expected) => {
  expect(verdict(args, headers)).toBe(expected);
});

test('revisions before 2026-07-28 have no such headers', () => {
  expect(verdict({ region: 'eu' }, {}, 'legacy')).toBe('fine');
});
