import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTraceparent, parseTraceparent } from '../../../src/pipeline/trace-context.ts';
import { createTraceScope } from '../../../src/pipeline/trace-scope.ts';
import { verifies } from '../../requirements.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${parentId}-01`;

describe(`${verifies('OPS-1')} traceparent`, () => {
  test.each([
    [valid, { traceId, parentId, flags: 1 }],
    [`00-${traceId}-${parentId}-00`, { traceId, parentId, flags: 0 }],
    [`00-${traceId}-${parentId}-ff`, { traceId, parentId, flags: 1 }],
    [`cc-${traceId}-${parentId}-01`, { traceId, parentId, flags: 1 }],
    [`cc-${traceId}-${parentId}-01-what-comes`, { traceId, parentId, flags: 1 }],
  ])('%s is read', (text, expected) => expect(parseTraceparent(text)).toEqual(expected));

  test.each([
    undefined,
    null,
    7,
    [valid],
    '',
    ` ${valid}`,
    `${valid} `,
    `${valid}\n`,
    `${valid}, ${valid}`,
    `${valid}-more`,
    valid.toUpperCase(),
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.slice(1)}-${parentId}-01`,
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-1`,
    `0-${traceId}-${parentId}-01`,
    `cc-${traceId}-${parentId}-01.what-comes`,
    `00_${traceId}_${parentId}_01`,
    `00-${traceId}\r\nx: y-${parentId}-01`,
  ])('%j is none', text => expect(parseTraceparent(text)).toBeUndefined());

  test('whatever is read is passed on as it came, and nothing else ever passes', () => {
    const hex = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
    fc.assert(
      fc.property(hex(32), hex(16), fc.constantFrom('00', '01'), (trace, parent, flags) => {
        const text = `00-${trace}-${parent}-${flags}`;
        const read = parseTraceparent(text);
        const isValid = /[^0]/.test(trace) && /[^0]/.test(parent);
        expect(read && formatTraceparent(read)).toBe(isValid ? text : undefined);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), text => {
        const read = parseTraceparent(text);
        if (read) expect(formatTraceparent(read)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      }),
    );
  });
});

test('a trace holds for all that is begun within it, side by side with others, and for nothing else', async () => {
  const scope = createTraceScope();
  const seen = (id: string) =>
    scope.run(parseTraceparent(`00-${id.repeat(32)}-${parentId}-01`), async () => {
      await new Promise(resolve => setImmediate(resolve));
      return scope.current()?.traceId[0];
    });
  expect(await Promise.all([seen('a'), seen('b'), scope.run(undefined, async () => scope.current())])).toEqual([
    'a',
    'b',
    undefined,
  ]);
  expect(scope.current()).toBeUndefined();
});
