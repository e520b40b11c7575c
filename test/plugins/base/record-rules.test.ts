import { describe, expect, test } from 'vitest';
import { createRecordRuleTable, type RecordRule } from '../../../plugins/base/access/record-rules.ts';
import { all, always, any, type Condition, equals, never, operations } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from './principal-in.ts';

/** Stands for the domain language: the name of a field that must be true, or what cannot be read. */
function read({ domain }: { domain: unknown }): Condition {
  if (typeof domain !== 'string') throw new Error('not readable');
  return domain === '' ? always : equals(domain, true);
}

function rule(name: string, group?: string, more: Partial<RecordRule> = {}): RecordRule {
  return { name, model: 'x.a', group, operations, domain: name, origin: { entry: {} }, ...more };
}

function conditionFor(rules: RecordRule[], groups: string[], operation = 'read' as const) {
  const faults: string[] = [];
  const table = createRecordRuleTable({
    rulesOf: model => rules.filter(rule => rule.model === model),
    read,
    onFault: ({ name }) => faults.push(name),
  });
  return { condition: table.condition({ model: 'x.a', operation, principal: principalIn(groups) }), faults };
}

describe('record rules', () => {
  test.each<[string, RecordRule[], string[], Condition]>([
    ['no rules: every record', [], [], always],
    ['a global one', [rule('g')], ['sales'], equals('g', true)],
    ['two global ones: both', [rule('g'), rule('h')], [], all(equals('g', true), equals('h', true))],
    ['one of a group of the caller', [rule('s', 'sales')], ['sales'], equals('s', true)],
    [
      'two of groups of the caller: either',
      [rule('s', 'sales'), rule('t', 'hr')],
      ['sales', 'hr'],
      any(equals('s', true), equals('t', true)),
    ],
    [
      'global and group: all globals and one of the others',
      [rule('g'), rule('s', 'sales'), rule('t', 'hr')],
      ['sales', 'hr'],
      all(equals('g', true), any(equals('s', true), equals('t', true))),
    ],
    ['rules for groups, none of the caller: no record', [rule('s', 'sales')], ['hr'], never],
    ['rules for groups, a caller without groups: no record', [rule('g'), rule('s', 'sales')], [], never],
    ['a rule that lets a group see all', [rule('s', 'sales'), rule('', 'boss')], ['boss'], always],
    ['a rule of another operation', [rule('w', undefined, { operations: ['write'] })], [], always],
    ['a rule of another model', [rule('m', undefined, { model: 'x.b' })], [], always],
  ])(`${verifies('RULE-1')} %s`, (_, rules, groups, expected) => {
    expect(conditionFor(rules, groups).condition).toEqual(expected);
  });

  test.each<[string, RecordRule[], string[]]>([
    ['a global rule', [rule('g', undefined, { domain: 7 })], []],
    ['a rule of a group of the caller', [rule('s', 'sales', { domain: null }), rule('t', 'hr')], ['sales', 'hr']],
    ['a rule whose group is gone', [rule('s', undefined, { fault: 'group gone' })], ['sales']],
    [
      'a rule whose group is gone, beside one that would let through',
      [rule('', 'sales'), rule('t', undefined, { fault: 'gone' })],
      ['sales'],
    ],
  ])(`${verifies('RULE-1')} %s that cannot be read closes the model, and is told of`, (_, rules, groups) => {
    const { condition, faults } = conditionFor(rules, groups);
    expect(condition).toEqual(never);
    expect(faults.length).toBeGreaterThan(0);
  });
});
