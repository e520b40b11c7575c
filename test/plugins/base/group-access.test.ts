import { describe, expect, test } from 'vitest';
import { createGrantTable, type Grant } from '../../../plugins/base/access/grants.ts';
import { closeOverConfig, effectiveName } from '../../../plugins/base/access/group-names.ts';
import { bound, granted } from '../../../plugins/base/access/operation-flags.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from './principal-in.ts';

describe('operation flags', () => {
  test.each([
    [{}, []],
    [{ read: true }, ['read']],
    [{ read: true, write: false, delete: true }, ['read', 'delete']],
    // Only the value true grants: what else a store or a config may hold does not.
    [{ read: 1, write: 'yes', create: {}, delete: 'true' } as never, []],
  ])('%j grants %j', (flags, expected) => {
    expect(granted(flags)).toEqual(expected);
  });

  test.each([
    [{}, ['read', 'write', 'create', 'delete']],
    [{ read: true }, ['read']],
    [{ delete: false }, ['read', 'write', 'create']],
    [{ read: true, delete: false }, ['read']],
  ])('as a record rule %j binds %j', (flags, expected) => {
    expect(bound(flags)).toEqual(expected);
  });
});

describe('grants', () => {
  const origin = { entry: {} };
  const grants: Record<string, Grant[]> = {
    'x.a': [
      { groups: ['sales'], operations: ['read', 'write'], origin },
      { groups: ['hr', 'sales'], operations: ['delete'], origin },
      { groups: 'everyone', operations: ['create'], origin },
    ],
    'x.b': [{ groups: [], operations: ['read'], origin }],
    'x.c': [{ groups: [''], operations: ['read'], origin }],
  };
  const table = createGrantTable(model => (Object.hasOwn(grants, model) ? grants[model] : undefined) ?? []);

  test('say which entries grant an operation, and whether to the caller', () => {
    expect(table.entries({ model: 'x.a', operation: 'delete', principal: principalIn(['hr']) })).toEqual([
      { origin, groups: ['hr', 'sales'], applies: true },
    ]);
    expect(table.entries({ model: 'x.a', operation: 'read', principal: principalIn(['hr']) })).toEqual([
      { origin, groups: ['sales'], applies: false },
    ]);
  });

  test.each([
    ['x.a', [], ['create']],
    ['x.a', ['sales'], ['create', 'read', 'write', 'delete']],
    ['x.a', ['hr'], ['create', 'delete']],
    ['x.a', ['hr', 'other'], ['create', 'delete']],
    ['x.b', ['sales'], []],
    // A group without a name is not everyone.
    ['x.c', ['sales'], []],
    ['x.unknown', ['sales'], []],
    ['__proto__', ['sales'], []],
  ])(`${verifies('PERM-1')} on %s for %j: %j`, (model, groups, expected) => {
    expect([...table.operations(model, principalIn(groups))]).toEqual(expected);
  });
});

describe('groups', () => {
  const groups = {
    admin: { label: 'A', implies: ['manager'] },
    manager: { label: 'M', implies: ['user', 'manager'] },
    user: { label: 'U', implies: ['admin'] },
  };

  test(`${verifies('ROLE-1')} a group brings all that it implies, and circles end`, () => {
    expect([...closeOverConfig(['admin'], groups)].sort()).toEqual(['admin', 'manager', 'user']);
    expect([...closeOverConfig(['stored'], groups)]).toEqual(['stored']);
  });

  test('a row that claims to be from the config counts only while the config has the group', () => {
    const row = { id: 'a'.repeat(24), version: 1, source: 'config' };
    expect(effectiveName({ ...row, name: 'admin' }, groups)).toBe('admin');
    expect(effectiveName({ ...row, name: 'removed' }, groups)).toBeUndefined();
    expect(effectiveName({ ...row, name: 'toString' }, groups)).toBeUndefined();
    expect(effectiveName({ ...row, name: 'own', source: 'stored' }, groups)).toBe('own');
  });
});
