import { expect, test } from 'vitest';
import { kernelErrors } from '../../../src/errors.ts';
import { challenged } from '../../../src/pipeline/challenge.ts';

const parameters = { resource_metadata: 'https://gate.example/.well-known/x', scope: 'read' };
const challengeOf = (error: ReturnType<typeof challenged>) => error.headers?.['WWW-Authenticate'];

test('a 401 without a challenge of its own gets one with all parameters', () => {
  const error = challenged(kernelErrors.UNAUTHENTICATED({ detail: 'wrong secret' }), parameters);
  expect(challengeOf(error)).toBe(
    'Bearer realm="gatehouse", resource_metadata="https://gate.example/.well-known/x", scope="read"',
  );
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', detail: 'wrong secret' });
});

test('what a challenge has already stays as it is', () => {
  const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="write"', 'Retry-After': '1' };
  const error = challenged(kernelErrors.OPERATION_NOT_ALLOWED({ headers }), parameters);
  expect(challengeOf(error)).toBe(
    'Bearer error="insufficient_scope", scope="write", resource_metadata="https://gate.example/.well-known/x"',
  );
  expect(error.headers?.['Retry-After']).toBe('1');
});

test('other refusals get none, and without parameters nothing changes', () => {
  const forbidden = kernelErrors.OPERATION_NOT_ALLOWED();
  expect(challenged(forbidden, parameters)).toBe(forbidden);
  const unknown = kernelErrors.UNAUTHENTICATED();
  expect(challenged(unknown, {})).toBe(unknown);
});
