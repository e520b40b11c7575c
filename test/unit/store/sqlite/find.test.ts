import { describe, expect, test } from 'vitest';
import { all, always, type Condition, equals, oneOf } from '../../../../src/store/condition.ts';
import type { FindQuery } from '../../../../src/store/port.ts';
import { compileAggregate } from '../../../../src/store/sqlite/aggregate.ts';
import { compileCount, compileFind } from '../../../../src/store/sqlite/find.ts';
import { tableOf } from '../../../../src/store/sqlite/table.ts';
import { contractModels } from '../../../contract/contract-models.ts';

const tables = new Map(contractModels.map(model => [model.name, tableOf(model)]));
const person = 'contract.person';
const hostile = `x"; DROP TABLE "contract.person"; --`;

const walk: Condition = {
  ...{
    kind: 'within',
    field: 'id',
    model: person,
    parent: 'manager_id',
    direction: 'child',
    ids: ['1'],
    where: always,
  },
};
const byId = equals('id', '1');

describe('names and values', () => {
  const plan = { tables, approach: 'set', timed: true } as const;
  const find = (rest: Partial<FindQuery>) => compileFind({ model: person, where: always, ...rest }, plan);

  test('values are bound, never written', () => {
    const { sql, params } = find({ where: all(equals('name', hostile), oneOf('note', [hostile])), limit: 5 });
    expect(sql).not.toContain('DROP');
    expect(params).toEqual([hostile, hostile, 5, 0]);
  });

  test.each<[string, () => unknown]>([
    ['a model', () => find({ model: hostile })],
    ['a field', () => find({ where: equals(hostile, 1) })],
    ['a field to return', () => find({ fields: [hostile] })],
    ['an order', () => find({ order: [{ field: hostile, descending: false }] })],
    ['a relation', () => find({ where: { kind: 'related', field: hostile, where: always } })],
    ['a relation that is none', () => find({ where: { kind: 'related', field: 'name', where: always } })],
    ['a parent', () => find({ where: { ...walk, parent: hostile } as Condition })],
    ['a count', () => compileCount({ model: hostile, where: always }, plan)],
    [
      'a group',
      () => compileAggregate({ model: person, where: always, groupBy: [{ field: hostile }], measures: [] }, plan),
    ],
    ['an inherited name', () => find({ fields: ['constructor'] })],
  ])('%s that is not declared is refused', (_, compile) => {
    expect(compile).toThrow(TypeError);
  });

  test.each([
    { limit: -1 },
    { offset: -1 },
    { limit: 1.5 },
    { limit: Number.NaN },
    { offset: Number.POSITIVE_INFINITY },
  ])('%j is no page', page => {
    expect(() => find(page)).toThrow(TypeError);
  });

  test.each<[string, Condition]>([
    ['deep', Array.from({ length: 500 }).reduce<Condition>(of => ({ kind: 'not', of }), byId)],
    ['wide', { kind: 'any', of: Array.from({ length: 40_000 }, (_, index) => equals('age', index)) }],
    ['long', { kind: 'match', field: 'name', pattern: ['x'.repeat(5_000)], fold: false }],
  ])('a condition that is too %s is refused', (_, where) => {
    expect(() => find({ where })).toThrow(expect.objectContaining({ code: 'DOMAIN_INVALID' }));
  });
});
