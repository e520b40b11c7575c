import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, equals, not } from '../../../src/store/condition.ts';
import { evaluate, matches, type Table } from '../../../src/store/evaluate.ts';
import type { Row } from '../../../src/store/port.ts';
import { arbitraryCondition, arbitraryQuestion } from '../../contract/arbitrary-conditions.ts';
import { arbitraryRow, arbitraryRows, idOf } from '../../contract/arbitrary-values.ts';
import { modelNamed } from '../../contract/contract-models.ts';

const person = 'contract.person';

type Rows = Readonly<Record<string, readonly Row[]>>;

function tablesOf(rows: Rows): (model: string) => Table {
  return model => ({ model: modelNamed(model), rows: rows[model] ?? [] });
}

function existsIn(rows: Rows) {
  const related = tablesOf(rows);
  return async (name: string, where: Condition): Promise<boolean> => {
    const { model, rows: all } = related(name);
    return all.some(row => matches({ condition: where, row, model, related }));
  };
}

function withRow(rows: Rows, model: string, row: Row): Rows {
  return { ...rows, [model]: [...(rows[model] ?? []).filter(other => other.id !== row.id), row] };
}

describe('a row alone', () => {
  const row: Row = { id: idOf(person, 0), version: 1, name: 'Anna', age: 3, active: false, tag_ids: [], note: null };
  const cases: [string, Condition, boolean][] = [
    ['null equals a missing value', equals('note', null), true],
    ['null does not equal a value', equals('name', null), false],
    ['a list of no ids is missing', equals('tag_ids', null), true],
    ['less than a missing value is false', { kind: 'compare', field: 'note', operator: '<', value: 'z' }, false],
    ['and its negation true', not({ kind: 'compare', field: 'note', operator: '<', value: 'z' }), true],
    ['false is a value', equals('active', false), true],
    ['false is not 0', equals('active', 0), false],
    ['in nothing', { kind: 'in', field: 'age', values: [] }, false],
    ['null among the values', { kind: 'in', field: 'note', values: ['x', null] }, true],
    ['no words', { kind: 'words', fields: ['name'], words: [] }, false],
    ['a word begun', { kind: 'words', fields: ['name', 'note'], words: ['an'] }, true],
    ['a pattern with case', { kind: 'match', field: 'name', pattern: ['anna'], fold: false }, false],
    [
      'a pattern without case',
      { kind: 'match', field: 'name', pattern: ['aNN', { wildcard: 'one' }], fold: true },
      true,
    ],
    [
      'a pattern on a missing value',
      { kind: 'match', field: 'note', pattern: [{ wildcard: 'any' }], fold: false },
      false,
    ],
    ['an emoji is above a private character', { kind: 'compare', field: 'name', operator: '<', value: '\uE000' }, true],
  ];
  test.each(cases)('%s', (_, condition, expected) => {
    const model = modelNamed(person);
    expect(matches({ condition, row, model, related: tablesOf({}) })).toBe(expected);
  });
});

describe('a hierarchy', () => {
  const people = [null, 0, 1, 1, 5, 4].map(
    (above, number): Row => ({
      id: idOf(person, number),
      version: 1,
      name: `p${number}`,
      manager_id: above === null ? null : idOf(person, above),
    }),
  );
  const cases: [string, Partial<Extract<Condition, { kind: 'within' }>>, number[]][] = [
    ['below, the named included', { ids: [idOf(person, 1)] }, [1, 2, 3]],
    ['above', { ids: [idOf(person, 3)], direction: 'parent' }, [0, 1, 3]],
    ['a cycle ends', { ids: [idOf(person, 4)] }, [4, 5]],
    [
      'records outside `where` are not walked through',
      { ids: [idOf(person, 0)], where: not(equals('name', 'p1')) },
      [0],
    ],
    ['an id that no record has', { ids: [idOf(person, 6)] }, []],
    ['a many2one names the record', { field: 'manager_id', ids: [idOf(person, 1)] }, [2, 3]],
  ];
  test.each(cases)('%s', (_, parts, expected) => {
    const condition: Condition = {
      ...{ kind: 'within', field: 'id', model: person, parent: 'manager_id', direction: 'child' },
      ...{ ids: [], where: { kind: 'all', of: [] }, ...parts },
    };
    const related = tablesOf({ [person]: people });
    const found = people.filter(row => matches({ condition, row, model: modelNamed(person), related }));
    expect(found.map(row => row.id)).toEqual(expected.map(number => idOf(person, number)));
  });
});

describe('the store asked', () => {
  test('answers as the tables do once the row is in the store', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRows(), arbitraryQuestion(), async (rows, { model: name, condition }) => {
        const model = modelNamed(name);
        for (const row of rows[name] ?? []) {
          const expected = matches({ condition, row, model, related: tablesOf(rows) });
          expect(await evaluate({ condition, row, model, exists: existsIn(rows) })).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  const overOwnModel = fc.oneof(
    arbitraryCondition(person, 1),
    fc.constantFrom('id', 'manager_id').chain(field =>
      fc.record({
        kind: fc.constant('within'),
        field: fc.constant(field),
        model: fc.constant(person),
        parent: fc.constant('manager_id'),
        direction: fc.constantFrom('child', 'parent'),
        ids: fc.uniqueArray(
          fc.nat(5).map(number => idOf(person, number)),
          { minLength: 1, maxLength: 2 },
        ),
        where: fc.oneof(fc.constant<Condition>({ kind: 'all', of: [] }), arbitraryCondition(person, 0)),
      }),
    ),
  );

  test('answers for a row that is new, and that others refer to already', async () => {
    const row: Row = { id: idOf(person, 6), version: 1, manager_id: idOf(person, 0) };
    const above: Row = { id: idOf(person, 0), version: 1, manager_id: row.id };
    const condition: Condition = {
      ...{ kind: 'within', field: 'manager_id', model: person, parent: 'manager_id', direction: 'child' },
      ...{ ids: [row.id], where: { kind: 'all', of: [] } },
    };
    const exists = existsIn({ [person]: [above] });
    expect(await evaluate({ condition, row, model: modelNamed(person), exists })).toBe(true);
  });

  test('answers for the row as it would be, not for the older one that the store holds', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRows(), arbitraryRow(person), overOwnModel, async (rows, row, condition) => {
        const expected = matches({
          condition,
          row,
          model: modelNamed(person),
          related: tablesOf(withRow(rows, person, row)),
        });
        expect(await evaluate({ condition, row, model: modelNamed(person), exists: existsIn(rows) })).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
