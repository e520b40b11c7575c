import { describe, expect, test } from 'vitest';
import type { Condition, Pattern } from '../../../../src/store/condition.ts';
import { compileLocal } from '../../../../src/store/mongo/compile.ts';
import type { MongoModel } from '../../../../src/store/mongo/database.ts';
import { beginsWith, compilePattern } from '../../../../src/store/mongo/pattern.ts';
import { modelNamed } from '../../../contract/contract-models.ts';

const definition = modelNamed('contract.person');
const model = {
  name: definition.name,
  definition,
  fields: new Map(definition.fields.map(field => [field.name, field])),
  stored: definition.fields,
} as unknown as MongoModel;

/** A condition as an attacker would have it who got past every check before. */
function forged(condition: unknown): Condition {
  return condition as Condition;
}

describe('values are never operators', () => {
  const object = { $ne: null };
  test.each([
    ['compared', { kind: 'compare', field: 'name', operator: '=', value: object }],
    ['ordered', { kind: 'compare', field: 'name', operator: '<', value: object }],
    ['listed', { kind: 'in', field: 'name', values: ['x', object] }],
    ['an expression', { kind: 'in', field: 'name', values: [/.*/] }],
    ['as ids', { kind: 'has', field: 'tag_ids', ids: [object] }],
    ['as words', { kind: 'words', fields: ['name'], words: [object] }],
    ['below a negation', { kind: 'not', of: { kind: 'compare', field: 'name', operator: '=', value: object } }],
  ])('%s', (_, condition) => {
    expect(() => compileLocal(model, forged(condition))).toThrow(TypeError);
  });

  test.each([
    ['a top-level operator', '$where'],
    ['a path', 'extra.a'],
    ['the shadow', '_fold'],
    ['another field', 'nothing'],
    ['the prototype', '__proto__'],
    ['one2many', 'report_ids'],
  ])('a field that is none is refused: %s', (_, field) => {
    expect(() => compileLocal(model, forged({ kind: 'compare', field, operator: '=', value: 'x' }))).toThrow(TypeError);
  });

  test('text that looks like an operator stays text', () => {
    const condition: Condition = { kind: 'compare', field: 'name', operator: '=', value: '$where' };
    expect(compileLocal(model, condition)).toEqual({ name: { $eq: '$where' } });
  });

  test.each(['\0', 'a\ud800'])('text that the driver would change is refused: %j', value => {
    const condition: Condition = { kind: 'compare', field: 'name', operator: '=', value };
    expect(() => compileLocal(model, condition)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_STORABLE' }));
  });
});

describe('patterns', () => {
  const any = { wildcard: 'any' } as const;
  const one = { wildcard: 'one' } as const;
  const cases: [string, Pattern, object][] = [
    ['nothing', [], { $eq: '' }],
    ['plain text', ['a.b'], { $eq: 'a.b' }],
    ['text in pieces', ['a', 'b'], { $eq: 'ab' }],
    ['a beginning', ['ab', any], { $gte: 'ab', $lt: 'ac' }],
    ['an end', [any, 'a.b'], { $regex: '^.*a\\.b\\z', $options: 's' }],
    ['anything', [any], { $regex: '^.*\\z', $options: 's' }],
    ['one character', ['a', one], { $regex: '^a.\\z', $options: 's' }],
    [
      'escapes',
      [one, '(?i)\\E$^[]{}|*+#-'],
      { $regex: '^.\\(\\?i\\)\\\\E\\$\\^\\[\\]\\{\\}\\|\\*\\+\\#\\-\\z', $options: 's' },
    ],
    ['atomic in the middle', [any, 'a', any, 'b', any], { $regex: '^(?>.*?a)(?>.*?b).*\\z', $options: 's' }],
  ];
  test.each(cases)('%s', (_, pattern, expected) => {
    expect(compilePattern({ pattern, folded: false })).toEqual(expected);
  });

  test('without case the text is folded', () => {
    expect(compilePattern({ pattern: ['ÄB'], folded: true })).toEqual({ $eq: 'äb' });
  });

  test.each([
    ['a', { $gte: 'a', $lt: 'b' }],
    ['a\u{10ffff}', { $gte: 'a\u{10ffff}', $lt: 'b' }],
    ['\ud7ff', { $gte: '\ud7ff', $lt: '\ue000' }],
    ['\uffff', { $gte: '\uffff', $lt: '\u{10000}' }],
    ['\u{10ffff}', { $gte: '\u{10ffff}' }],
    ['', { $gte: '' }],
  ])('what begins with %j', (text, expected) => {
    expect(beginsWith(text)).toEqual(expected);
  });
});
