import { expect, test } from 'vitest';
import { createPrint, facts, table } from '../../../src/cli/print.ts';

test('a result is text, or JSON alone', () => {
  const written: string[] = [];
  const print = createPrint({ write: text => written.push(text) });
  print({ json: { a: 1 }, text: 'one' }, {});
  print({ json: { a: 1 }, text: 'one' }, { json: true });
  expect(written[0]).toBe('one\n');
  expect(JSON.parse(written[1] ?? '')).toEqual({ a: 1 });
});

test('no value can move the cursor, in text or in JSON', () => {
  const written: string[] = [];
  const print = createPrint({ write: text => written.push(text) });
  const name = 'a\u001b[2J\u009b1mb\u007f';
  print({ json: { name }, text: `${name}\nnext` }, {});
  print({ json: { name }, text: name }, { json: true });
  expect(written[0]).toBe('a\\u001b[2J\\u009b1mb\\u007f\nnext\n');
  expect(written.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(written[1] ?? '')).toEqual({ name });
});

test('columns are aligned', () => {
  expect(
    table(
      ['NAME', 'N', 'OF'],
      [
        ['a', 10, ['x', 'y']],
        ['longer', null, []],
      ],
    ),
  ).toBe('NAME    N   OF\na       10  x, y\nlonger');
});

test('properties stand in a line each', () => {
  expect(facts({ name: 'a', isActive: true, groups: ['x', 'y'], limits: { rate: 3 }, expiresAt: null })).toBe(
    'name: a\nisActive: true\ngroups: x, y\nlimits: {"rate":3}\nexpiresAt:',
  );
});

test('no value can forge a line or move the cursor', () => {
  expect(table(['A'], [['x\nok  forged'], ['\u001b[2Jy\u0085']])).toBe('A\nx\\u000aok  forged\n\\u001b[2Jy\\u0085');
  expect(facts({ name: 'x\nstate: active', list: ['\u001b[2J'] })).toBe(
    'name: x\\u000astate: active\nlist: \\u001b[2J',
  );
});
