import { describe, expect, test } from 'vitest';
import { hasCode } from '../../../src/errors.ts';
import { checkStorable } from '../../../src/store/check-storable.ts';
import type { StoredValue } from '../../../src/store/port.ts';
import { modelNamed } from '../../contract/contract-models.ts';

const model = modelNamed('contract.person');

function failure(values: Record<string, StoredValue>): unknown {
  try {
    checkStorable({ model, values });
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('values that no store can keep', () => {
  const cases: [string, Record<string, StoredValue>, string][] = [
    ['U+0000', { name: 'a\0b' }, 'name'],
    ['half a pair', { note: '\ud83d' }, 'note'],
    ['the other half', { note: '\ude00x' }, 'note'],
    ['inside json', { extra: { a: [{ b: 'x\0' }] } }, 'extra'],
    ['a key of json', { extra: { 'a\0': 1 } }, 'extra'],
    ['an id', { tag_ids: ['a', '\0'] }, 'tag_ids'],
  ];
  test.each(cases)('%s', (_, values, field) => {
    const error = failure(values);
    expect(hasCode(error, 'VALUE_NOT_STORABLE') && error.data).toEqual({ model: 'contract.person', field });
  });

  test.each<[string, Record<string, StoredValue>]>([
    ['a number for text', { name: 1 }],
    ['text for a number', { age: '1' }],
    ['a fraction for an integer', { age: 1.5 }],
    ['an integer that is not exact', { age: 2 ** 53 }],
    ['not a number', { score: Number.NaN }],
    ['an operator for a boolean', { active: { $ne: null } }],
    ['an operator for an id', { manager_id: { $gt: '' } }],
    ['a field that is not stored', { report_ids: [] }],
    ['a field that is not there', { __proto__x: 'x' }],
  ])('%s is a mistake in the program', (_, values) => {
    expect(failure(values)).toBeInstanceOf(TypeError);
  });

  test('everything else passes', () => {
    expect(
      failure({ name: '😀', age: -1, score: 0.5, active: false, extra: { a: [null] }, tag_ids: [], note: null }),
    ).toBe(undefined);
  });
});
