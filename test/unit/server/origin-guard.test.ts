import { describe, expect, test } from 'vitest';
import type { ServerSettings } from '../../../src/config/define-config.ts';
import { createOriginGuard } from '../../../src/server/origin-guard.ts';
import { verifies } from '../../requirements.ts';

const base = {
  host: '127.0.0.1',
  publicUrl: 'https://mcp.example.com',
  allowedHosts: ['internal.example.com', 'other.example.com:8443'],
  allowedOrigins: ['https://app.example.com'],
} as unknown as ServerSettings;

function verdict(headers: { host?: string; origin?: string }, settings: Partial<ServerSettings> = {}): string {
  return createOriginGuard({ ...base, ...settings }, 3000).check(headers)?.code ?? 'allowed';
}

describe(`${verifies('PROTO-4')} Host`, () => {
  test.each([
    ['mcp.example.com', 'allowed'],
    ['MCP.example.com', 'allowed'],
    ['mcp.example.com:443', 'allowed'],
    ['localhost:3000', 'allowed'],
    ['127.0.0.1:3000', 'allowed'],
    ['[::1]:3000', 'allowed'],
    ['internal.example.com', 'allowed'],
    ['internal.example.com:9999', 'allowed'],
    ['other.example.com:8443', 'allowed'],
    ['other.example.com', 'HOST_NOT_ALLOWED'],
    ['mcp.example.com:8080', 'HOST_NOT_ALLOWED'],
    ['localhost:3001', 'HOST_NOT_ALLOWED'],
    ['localhost', 'HOST_NOT_ALLOWED'],
    ['evil.example.com', 'HOST_NOT_ALLOWED'],
    ['mcp.example.com.evil.com', 'HOST_NOT_ALLOWED'],
    ['evil.com#mcp.example.com', 'HOST_NOT_ALLOWED'],
    ['mcp.example.com, evil.com', 'HOST_NOT_ALLOWED'],
    ['user@mcp.example.com', 'HOST_NOT_ALLOWED'],
    ['', 'HOST_NOT_ALLOWED'],
    [undefined, 'HOST_NOT_ALLOWED'],
  ])('%s: %s', (host, expected) => {
    expect(verdict({ ...(host !== undefined && { host }) })).toBe(expected);
  });

  test('loopback names are nobody’s when listening on another address', () => {
    expect(verdict({ host: 'localhost:3000' }, { host: '192.0.2.1' })).toBe('HOST_NOT_ALLOWED');
    expect(verdict({ host: 'localhost:3000' }, { host: '0.0.0.0' })).toBe('allowed');
  });
});

describe(`${verifies('PROTO-4')} Origin`, () => {
  test.each([
    [undefined, 'allowed'],
    ['https://mcp.example.com', 'allowed'],
    ['https://app.example.com', 'allowed'],
    ['http://localhost:3000', 'allowed'],
    ['http://[::1]:3000', 'allowed'],
    ['http://localhost:3001', 'ORIGIN_NOT_ALLOWED'],
    ['http://localhost', 'ORIGIN_NOT_ALLOWED'],
    ['http://mcp.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['https://mcp.example.com.evil.com', 'ORIGIN_NOT_ALLOWED'],
    ['https://evil.com', 'ORIGIN_NOT_ALLOWED'],
    ['null', 'ORIGIN_NOT_ALLOWED'],
    ['', 'ORIGIN_NOT_ALLOWED'],
  ])('%s: %s', (origin, expected) => {
    expect(verdict({ host: 'localhost:3000', ...(origin !== undefined && { origin }) })).toBe(expected);
  });
});

test('an answer may be read by the page that was let in, and by no other', () => {
  const guard = createOriginGuard(base, 3000);
  expect(guard.corsHeaders({})).toEqual({});
  expect(guard.corsHeaders({ origin: 'https://app.example.com' })).toMatchObject({
    'Access-Control-Allow-Origin': 'https://app.example.com',
    Vary: 'Origin',
  });
});
