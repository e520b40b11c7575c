import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasCode } from '../../../src/errors.ts';
import { maxDepth, maxMembers, parseStrictJson } from '../../../src/server/strict-json.ts';
import { verifies } from '../../requirements.ts';

function parse(text: string | Buffer): unknown {
  return parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
}

function codeOf(text: string | Buffer): string {
  try {
    parse(text);
    return 'accepted';
  } catch (thrown) {
    return hasCode(thrown, 'JSON_INVALID') || hasCode(thrown, 'JSON_REFUSED') ? thrown.code : `crash: ${thrown}`;
  }
}

/** A member name that no rule of ours is about. */
const harmless = fc
  .string()
  .filter(key => !/^(__proto__|constructor|prototype)$/.test(key) && !/^[\W\s]*[a-z_]*$/i.test(key));

describe('what JSON.parse takes', () => {
  test(`${verifies('PROTO-4')} is parsed to the same value`, () => {
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { depthSize: 'small', maxDepth: 5 },
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
        ),
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(harmless, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  test('any text at all is either parsed to the same value or refused', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0041 1e-.tfn\n'), maxLength: 40 });
    fc.assert(
      fc.property(noise, text => {
        const code = codeOf(text);
        expect(['accepted', 'JSON_INVALID', 'JSON_REFUSED']).toContain(code);
        if (code === 'accepted') expect(parse(text)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a member twice in one object', () => {
  test.each([
    ['side by side', '{"a":1,"a":1}'],
    ['written with an escape', '{"method":"ping","m\\u0065thod":"tools/call"}'],
    ['deep inside', '{"params":{"arguments":[{"x":{"y":1,"y":2}}]}}'],
    ['with an empty name', '{"":1,"":2}'],
    ['around a string that looks like structure', '{"a":"\\"b\\":{","a":1}'],
    ['as an index of an array-like object', '{"0":1,"0":2}'],
  ])(`${verifies('PROTO-4')} is refused: %s`, (_, text) => {
    expect(codeOf(text)).toBe('JSON_REFUSED');
  });

  test('the same name in different objects is fine', () => {
    expect(parse('{"a":{"a":[{"a":1},{"a":":"}]}}')).toEqual({ a: { a: [{ a: 1 }, { a: ':' }] } });
  });

  test('any object with one member repeated is refused', () => {
    fc.assert(
      fc.property(fc.dictionary(harmless, fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 6 }), entries => {
        const members = Object.entries(entries).map(
          ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
        );
        fc.pre(codeOf(`{${members.join(',')}}`) === 'accepted');
        expect(codeOf(`{${[...members, members[0]].join(',')}}`)).toBe('JSON_REFUSED');
      }),
    );
  });
});

describe('depth', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test('as deep as allowed is fine, one more is refused', () => {
    expect(codeOf(nested(maxDepth))).toBe('accepted');
    expect(codeOf(nested(maxDepth + 1))).toBe('JSON_REFUSED');
  });

  test(`${verifies('PROTO-4')} a megabyte of brackets is refused without exhausting the stack`, () => {
    expect(codeOf('['.repeat(1_000_000))).toBe('JSON_REFUSED');
    expect(codeOf('{"a":'.repeat(200_000))).toBe('JSON_REFUSED');
  });

  test('brackets in strings do not count', () => {
    expect(codeOf(JSON.stringify('[{'.repeat(100)))).toBe('accepted');
    expect(codeOf(JSON.stringify(`\\"${'['.repeat(100)}`))).toBe('accepted');
  });
});

test('as many members as allowed is fine, one more is refused, wherever the object is', () => {
  const object = (members: number) => `{${Array.from({ length: members }, (_, index) => `"k${index}":1`).join(',')}}`;
  expect(codeOf(object(maxMembers))).toBe('accepted');
  expect(codeOf(object(maxMembers + 1))).toBe('JSON_REFUSED');
  expect(codeOf(`{"params":{"arguments":{"versions":${object(maxMembers + 1)}}}}`)).toBe('JSON_REFUSED');
});

test.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])(
  `${verifies('PROTO-4')} a member named %s is refused wherever it is`,
  name => {
    expect(codeOf(`{"params":{"arguments":{"${name}":{"admin":true}}}}`)).toBe('JSON_REFUSED');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  },
);

describe('envelope members in other letters', () => {
  test.each([
    '{"jsonrpc":"2.0","Method":"tools/call","method":"ping"}',
    '{"JSONRPC":"2.0","method":"ping"}',
    '{"jsonrpc":"2.0","method":"ping","paramſ":{}}',
    '{"jsonrpc":"2.0","method":"x","ID":1}',
    '[{"jsonrpc":"2.0","METHOD":"x"}]',
    '{"method":"tools/call","params":{"name":"read","Name":"delete"}}',
    '{"method":"tools/call","params":{"Arguments":{}}}',
    '{"method":"tools/call","params":{"_META":{}}}',
    '{"method":"resources/read","params":{"URI":"x"}}',
    '{"method":"tools/call","params":{"requeststate":"x"}}',
  ])(`${verifies('PROTO-4')} are refused: %s`, text => {
    expect(codeOf(text)).toBe('JSON_REFUSED');
  });

  test('the same letters inside arguments are the tool’s own business', () => {
    expect(codeOf('{"method":"tools/call","params":{"name":"x","arguments":{"Method":1,"NAME":2}}}')).toBe('accepted');
  });
});

test.each([
  ['nothing', ''],
  ['half an object', '{"jsonrpc":"2.0",'],
  ['an unclosed string', '{"a":"'],
  ['a string that ends in a backslash', '"\\'],
  ['a byte order mark', '\ufeff{}'],
  ['two values', '{} {}'],
  ['a comment', '{} // x'],
  ['single quotes', "{'a':1}"],
  ['NaN', '[NaN]'],
])('%s is no JSON', (_, text) => {
  expect(codeOf(text)).toBe('JSON_INVALID');
});

test('bytes that are no UTF-8 are refused', () => {
  expect(codeOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('JSON_INVALID');
  expect(codeOf(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('JSON_INVALID');
});

test('a number that is not finite is refused', () => {
  expect(codeOf('{"a":1e400}')).toBe('JSON_REFUSED');
});
