import { expect, test } from 'vitest';
import { defineErrors, kernelErrors } from '../../src/errors.ts';
import { httpAnswer, inBandAnswer, refusalError, toolResult } from '../../src/server/error-response.ts';
import { createPlainAnswer } from '../../src/server/plain-answer.ts';

const errors = defineErrors({
  TEST_CALLER: { message: 'You did it.', status: 403, audience: 'caller', solve: 'Do it otherwise.' },
  TEST_OPERATOR: { message: 'We did it.', status: 503, audience: 'operator', solve: 'Repair it.' },
});
const plainAnswer = createPlainAnswer({ name: 'gatehouse', version: '1.0.0' });
const call = { method: 'tools/call', era: 'modern', transport: 'http' } as const;

test('a refusal of its own on HTTP', () => {
  const error = errors.TEST_CALLER({
    data: { limit: 3 },
    detail: 'secret',
    headers: { 'Retry-After': '5' },
    cause: new Error('secret'),
  });
  expect(httpAnswer(error, 'a')).toEqual({
    status: 403,
    headers: { 'Retry-After': '5' },
    body: {
      jsonrpc: '2.0',
      id: 'a',
      error: {
        code: -32000,
        message: 'You did it.',
        data: { code: 'TEST_CALLER', solve: 'Do it otherwise.', limit: 3 },
      },
    },
  });
});

test('a 401 always carries a challenge; the error’s own goes first', () => {
  expect(httpAnswer(kernelErrors.UNAUTHENTICATED(), null).headers).toEqual({
    'WWW-Authenticate': 'Bearer realm="gatehouse"',
  });
  const headers = { 'WWW-Authenticate': 'Bearer resource_metadata="https://x"' };
  expect(httpAnswer(kernelErrors.UNAUTHENTICATED({ headers }), null).headers).toEqual(headers);
});

test('what only the operator can solve says nothing of the occurrence', () => {
  const error = errors.TEST_OPERATOR({
    message: 'host db-7 is down',
    data: { host: 'db-7', callId: 'c1' },
    detail: 'db-7',
  });
  expect(httpAnswer(error, 1)).toEqual({
    status: 503,
    headers: {},
    body: {
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32603, message: 'We did it.', data: { code: 'TEST_OPERATOR', callId: 'c1' } },
    },
  });
  expect(JSON.stringify(toolResult(error))).not.toContain('db-7');
});

test('a refusal that the model can read', () => {
  const refusal = { stage: 'fields', error: errors.TEST_CALLER({ data: { field: 'x' } }), as: 'tool' } as const;
  expect(JSON.parse(inBandAnswer({ refusal, call, id: 1, plainAnswer }))).toEqual({
    jsonrpc: '2.0',
    id: 1,
    result: {
      content: [{ type: 'text', text: 'You did it.\nDo it otherwise.\nCode: TEST_CALLER\n{"field":"x"}' }],
      isError: true,
      resultType: 'complete',
      _meta: {
        'gatehouse/error': { code: 'TEST_CALLER', field: 'x' },
        'io.modelcontextprotocol/serverInfo': { name: 'gatehouse', version: '1.0.0' },
      },
    },
  });
});

test('for other methods, and for unknown tools, it is a JSON-RPC error', () => {
  const refusal = { stage: 'permission', error: errors.TEST_CALLER(), as: 'tool' } as const;
  const answer = inBandAnswer({ refusal, call: { ...call, method: 'resources/read' }, id: 1, plainAnswer });
  expect(JSON.parse(answer).error).toEqual({
    code: -32000,
    message: 'You did it.',
    data: { code: 'TEST_CALLER', solve: 'Do it otherwise.' },
  });
  const unknown = { stage: 'scope', error: kernelErrors.UNKNOWN_TOOL(), as: 'protocol' } as const;
  expect(JSON.parse(inBandAnswer({ refusal: unknown, call, id: 1, plainAnswer })).error.code).toBe(-32602);
});

test('on stdio it names the stage', () => {
  const refusal = { stage: 'rate', error: errors.TEST_CALLER(), as: 'http' } as const;
  expect(refusalError(refusal, { transport: 'stdio' }).data).toEqual({
    code: 'TEST_CALLER',
    solve: 'Do it otherwise.',
    stage: 'rate',
  });
  expect(refusalError(refusal, { transport: 'http' }).data).toEqual({ code: 'TEST_CALLER', solve: 'Do it otherwise.' });
});

test.each([
  [kernelErrors.UNKNOWN_METHOD(), -32601],
  [kernelErrors.UNKNOWN_TOOL(), -32602],
  [kernelErrors.UNKNOWN_PROMPT(), -32602],
  [kernelErrors.RESOURCE_NOT_FOUND(), -32602],
  [kernelErrors.INVALID_ARGUMENTS(), -32602],
  [kernelErrors.INPUT_STATE_INVALID(), -32602],
  [kernelErrors.DOMAIN_INVALID(), -32600],
  [kernelErrors.UNAUTHENTICATED(), -32000],
  [kernelErrors.OPERATION_NOT_ALLOWED(), -32000],
  [kernelErrors.INTERNAL(), -32603],
  [kernelErrors.STORE_UNAVAILABLE(), -32603],
])('%s has the JSON-RPC code %i', (error, code) => {
  expect((httpAnswer(error, 1).body as { error: { code: number } }).error.code).toBe(code);
});
