import { describe, expect, test } from 'vitest';
import { groupNames } from '../../../plugins/base/access/group-names.ts';
import { createFieldRuleTable } from '../../../plugins/security/permissions/field-rules.ts';
import { createPermissionTable } from '../../../plugins/security/permissions/permission-table.ts';
import { field, type PolicySet, type Row } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from '../base/principal-in.ts';

const empty: PolicySet = { groups: { hr: { label: 'HR' } }, access: [], rules: [], permissions: [], fields: [] };
const hr = { id: 'a'.repeat(24), version: 1, name: 'hr', source: 'config' };
const sales = { id: 'b'.repeat(24), version: 1, name: 'sales', source: 'stored' };
const gone = { id: 'c'.repeat(24), version: 1, name: 'gone', source: 'config' };
const groups = new Map<string, Row>([hr, sales, gone].map(row => [row.id, row]));
const nameOf = groupNames(groups, empty.groups);
const bucketOf = ({ model }: { model?: unknown }) => model ?? '';
const email = field.char({ classify: 'pii' });

function isHidden(parts: { fields?: PolicySet['fields']; stored?: object }, callersGroups: string[], name = 'email') {
  const row = { id: 'd'.repeat(24), version: 1, model: null, fields: null, classify: null, except: [], groups: [] };
  const table = createFieldRuleTable({
    policies: { ...empty, fields: parts.fields ?? [] },
    stored: model =>
      parts.stored && bucketOf({ ...row, ...parts.stored }) === model ? [{ ...row, ...parts.stored }] : [],
    nameOf,
  });
  const kind = name === 'email' ? email : field.char();
  const access = table.access({ principal: principalIn(callersGroups), model: 'x.partner', name, field: kind });
  return !access.read && !access.write;
}

describe(`${verifies('FIELD-1')} field policies`, () => {
  test.each<[PolicySet['fields'], string[], string, boolean]>([
    [[], [], 'email', false],
    [[{ model: 'x.partner', fields: ['email'] }], [], 'email', true],
    [[{ model: 'x.partner', fields: ['email'] }], [], 'name', false],
    [[{ model: 'x.other', fields: ['email'] }], [], 'email', false],
    [[{ fields: ['email'] }], [], 'email', true],
    [[{ classify: 'pii' }], [], 'email', true],
    [[{ classify: 'pii' }], [], 'name', false],
    [[{ classify: 'pii', except: ['hr'] }], ['hr'], 'email', false],
    [[{ classify: 'pii', except: ['hr'] }], ['sales'], 'email', true],
    [[{ classify: 'pii', groups: ['sales'] }], ['sales'], 'email', true],
    [[{ classify: 'pii', groups: ['sales'] }], ['hr'], 'email', false],
    [[{ classify: 'pii', groups: ['sales'], except: ['hr'] }], ['hr', 'sales'], 'email', false],
    // One that hides is enough.
    [
      [
        { classify: 'pii', except: ['hr'] },
        { model: 'x.partner', fields: ['email'] },
      ],
      ['hr'],
      'email',
      true,
    ],
    // Model, name and class narrow each other.
    [[{ model: 'x.partner', fields: ['email'], classify: 'financial' }], [], 'email', false],
  ])('%j for %j: %s hidden %s', (fields, callersGroups, name, expected) => {
    expect(isHidden({ fields }, callersGroups, name)).toBe(expected);
  });

  test.each<[object, string[], boolean]>([
    [{ model: 'x.partner', fields: ['email'] }, [], true],
    [{ classify: 'pii', except: [hr.id] }, ['hr'], false],
    [{ classify: 'pii', groups: [sales.id] }, ['hr'], false],
    // What is lost hides more, never less.
    [{ classify: 'pii', groups: ['9'.repeat(24)] }, ['hr'], true],
    [{ classify: 'pii', groups: [sales.id, gone.id] }, ['hr'], true],
    [{ classify: 'pii', except: [gone.id] }, ['gone'], true],
    [{ model: 'x.partner', fields: 'email' }, [], true],
    [{ model: 'x.partner', fields: [1, 2] }, [], true],
    [{ model: 'x.partner', fields: [] }, [], true],
    [{ model: 'x.partner', fields: [], classify: 'phi' }, [], false],
  ])('stored as %j for %j: hidden %s', (stored, callersGroups, expected) => {
    expect(isHidden({ stored }, callersGroups)).toBe(expected);
  });
});

describe(`${verifies('PERM-1')} stored permissions`, () => {
  const row = { id: 'd'.repeat(24), version: 1, model: 'x.partner', read: true, everyone: false, groups: [] };
  const allowed = (more: object, callersGroups: string[], permissions: PolicySet['permissions'] = []) =>
    createPermissionTable({
      policies: { ...empty, permissions },
      stored: () => [{ ...row, ...more }],
      nameOf,
    })
      .operations('x.partner', principalIn(callersGroups))
      .has('read');

  test.each<[object, string[], boolean]>([
    [{ everyone: true }, [], true],
    [{ groups: [sales.id] }, ['sales'], true],
    [{ groups: [sales.id] }, ['hr'], false],
    // A permission that has lost its groups speaks for nobody.
    [{}, ['sales'], false],
    [{ groups: ['9'.repeat(24)] }, ['sales'], false],
    [{ groups: null }, ['sales'], false],
    [{ everyone: 'true' }, ['sales'], false],
    // A group that the config has no more.
    [{ groups: [gone.id] }, ['gone'], false],
  ])('%j for %j: %s', (more, callersGroups, expected) => expect(allowed(more, callersGroups)).toBe(expected));

  test('come on top of those of the config', () => {
    expect(allowed({}, [], [{ model: 'x.partner', read: true }])).toBe(true);
  });
});
