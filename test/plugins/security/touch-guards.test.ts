import { describe, expect, test } from 'vitest';
import { fieldsGuard } from '../../../plugins/security/stages/fields-guard.ts';
import { modelGuard } from '../../../plugins/security/stages/model-guard.ts';
import { permissionGuard } from '../../../plugins/security/stages/permission-guard.ts';
import { redactGuard } from '../../../plugins/security/stages/redact-guard.ts';
import { scopeGuard } from '../../../plugins/security/stages/scope-guard.ts';
import type { GatehouseError, Operation, Touch } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { principalIn } from '../base/principal-in.ts';
import { callIn, guardRuntime, refusalOf } from './call-in.ts';

const runtime = guardRuntime();

/** All of a refusal that may leave. */
function leaves(error: unknown) {
  const { name, code, status, publicMessage, data, headers } = error as GatehouseError;
  return { name, code, status, publicMessage, data, headers };
}

describe('scopes', () => {
  const touch = (operation: Operation): Touch => ({ model: 'x.partner', operation });

  test.each<[Operation[], Operation | undefined, Touch[], string | undefined]>([
    [[], undefined, [], undefined],
    [['read'], 'read', [touch('read')], undefined],
    [['read'], 'write', [touch('write')], 'read write'],
    [['write'], 'read', [], 'read write'],
    // What is touched needs its scope whatever the tool says of itself.
    [['read'], 'read', [touch('read'), touch('delete')], 'read delete'],
    [['read'], undefined, [touch('write')], 'read write'],
    [[], 'write', [touch('write')], 'write'],
    [['read', 'write'], 'write', [touch('read'), touch('write'), touch('create')], 'read write create'],
  ])(
    `${verifies('SCOPE-1')} with %j, a call that needs %s and %j is challenged for what it needs and what is held: %s`,
    (scopes, scope, touches, named) => {
      const principal = principalIn([], { scopes: new Set(scopes) });
      const error = refusalOf(() => scopeGuard.check(callIn({ principal, scope, touches }), runtime)) as GatehouseError;
      if (named === undefined) expect(error).toBeUndefined();
      else {
        expect(error).toMatchObject({ code: 'INSUFFICIENT_SCOPE', status: 403 });
        expect(error.headers).toEqual({ 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${named}"` });
      }
    },
  );
});

describe('models', () => {
  const touches = (model: string, operation: Operation = 'read'): Touch[] => [{ model, operation }];

  test(`${verifies('PERM-3', 'MODEL-1')} one that is unknown, not listed or not permitted is refused in the very same way`, () => {
    const free = principalIn([]);
    const listed = principalIn([], { models: new Set(['x.order']) });
    const cases = [
      { principal: free, touches: touches('x.unknown') },
      { principal: free, touches: touches('x.vault') },
      { principal: listed, touches: touches('x.partner') },
      { principal: listed, touches: touches('x.unknown') },
      { principal: listed, touches: [...touches('x.order'), ...touches('x.vault')] },
      { principal: free, touches: touches('__proto__') },
      { principal: free, touches: touches('constructor') },
    ];
    const errors = cases.map(parts => refusalOf(() => modelGuard.check(callIn(parts), runtime)) as GatehouseError);
    for (const error of errors) expect(leaves(error)).toEqual(leaves(errors[0]));
    expect(errors[0]?.code).toBe('MODEL_NOT_AVAILABLE');
    // The log knows which it was.
    expect(errors.map(({ detail }) => detail)).toEqual([
      'no such model',
      'no permission or group access',
      "not on the credential's model list",
      "not on the credential's model list",
      "not on the credential's model list",
      'no such model',
      'no such model',
    ]);
  });

  test(`${verifies('MODEL-1')} on the list are reached, and calls that touch none pass`, () => {
    const principal = principalIn([], { models: new Set(['x.partner']) });
    expect(
      refusalOf(() => modelGuard.check(callIn({ principal, touches: touches('x.partner') }), runtime)),
    ).toBeUndefined();
    expect(refusalOf(() => modelGuard.check(callIn({ principal }), runtime))).toBeUndefined();
  });

  test('without a caller nothing is there', () => {
    expect(refusalOf(() => modelGuard.check(callIn({ touches: touches('x.partner') }), runtime))).toMatchObject({
      code: 'MODEL_NOT_AVAILABLE',
    });
  });

  test(`${verifies('PERM-1')} that exist for the caller: an operation without permission names what to ask for`, () => {
    const principal = principalIn([]);
    const error = refusalOf(() =>
      permissionGuard.check(callIn({ principal, touches: touches('x.partner', 'delete') }), runtime),
    );
    expect(error).toMatchObject({
      code: 'OPERATION_NOT_ALLOWED',
      publicMessage: 'You may not delete records of x.partner. Ask an admin for the permission "delete" on x.partner.',
    });
    expect(
      refusalOf(() => permissionGuard.check(callIn({ principal, touches: touches('x.partner', 'write') }), runtime)),
    ).toBeUndefined();
  });
});

describe('fields', () => {
  const principal = principalIn([]);
  const check = (path: string, use: 'read' | 'write' = 'read', by = principal) =>
    refusalOf(() =>
      fieldsGuard.check(
        callIn({
          principal: by,
          touches: [{ model: 'x.partner', operation: use, fields: [{ path, use, at: 'domain[0][0]' }] }],
        }),
        runtime,
      ),
    );

  test.each([
    'id',
    'version',
    'name',
    'parent_id',
    'parent_id.name',
    'parent_id.parent_id.name',
    'order_ids.name',
    'order_ids.partner_id.name',
  ])('%s may be read', path => expect(check(path)).toBeUndefined());

  test(`${verifies('TOOL-6')} all fields that are refused are named at once`, () => {
    const fields = ['nme', 'city', 'email'].map(path => ({ path, use: 'write' as const, at: `values.${path}` }));
    const touches = [{ model: 'x.partner', operation: 'write' as const, fields }];
    const refused = refusalOf(() => fieldsGuard.check(callIn({ principal, touches }), runtime)) as GatehouseError;
    for (const path of ['nme', 'email']) expect(refused.publicMessage).toContain(`"${path}" in x.partner`);
    expect(refused.data?.fields).toMatchObject([{ field: 'nme' }, { field: 'city' }, { field: 'email' }]);
  });

  test.each([
    'email',
    'nothing',
    'parent_id.email',
    'parent_id.parent_id.email',
    'order_ids.partner_id.email',
    'vault_id',
    'vault_id.name',
    'parent_id.vault_id.name',
    'name.email',
    'parent_id.',
    '.name',
    '',
    '__proto__',
    'constructor.name',
    'parent_id.__proto__',
    'email ',
    'EMAIL',
    Array(20).fill('parent_id').join('.'),
  ])(`${verifies('FIELD-1')} %j is refused like a field that does not exist`, path => {
    const unknown = leaves(check('x'.repeat(Math.min(path.length, 100)) || 'x'));
    const refused = leaves(check(path));
    const named = path.slice(0, 100);
    const alike = JSON.parse(
      JSON.stringify(unknown).replaceAll(/x{2,}|"x"|\\"x\\"/g, match => match.replace(/x+/, named)),
    );
    expect(refused.code).toBe('FIELD_NOT_AVAILABLE');
    expect(Object.keys(refused)).toEqual(Object.keys(unknown));
    expect(refused.status).toBe(unknown.status);
    expect(refused.data).toEqual({ ...alike.data, field: named, at: 'domain[0][0]' });
    expect(refused.publicMessage).toBe(
      `There is no field "${named}" in x.partner, or you may not use it (domain[0][0]).`,
    );
  });

  test.each(['email', 'id', 'version', 'createdAt', 'order_ids', 'parent_id.name', 'nothing'])(
    `${verifies('FIELD-1')} %s may not be written`,
    path => expect(check(path, 'write')).toMatchObject({ code: 'FIELD_NOT_AVAILABLE' }),
  );

  test(`${verifies('FIELD-1', 'KEY-3')} off the key's own list are not there for it`, () => {
    const narrow = principalIn([], { fields: new Map([['x.partner', new Set(['parent_id'])]]) });
    expect(check('parent_id', 'read', narrow)).toBeUndefined();
    expect(check('name', 'read', narrow)).toMatchObject({ code: 'FIELD_NOT_AVAILABLE' });
    expect(check('parent_id.name', 'read', narrow)).toMatchObject({ code: 'FIELD_NOT_AVAILABLE' });
    expect(check('order_ids.partner_id.name', 'read', narrow)).toMatchObject({ code: 'FIELD_NOT_AVAILABLE' });
  });
});

describe('what leaves', () => {
  const principal = principalIn([]);
  const reach = (model: string, operation: Operation, fields: string[]) =>
    refusalOf(() =>
      redactGuard.check(callIn({ principal, reached: [{ model, operation, ids: [], count: 1, fields }] }), runtime),
    );

  test.each<[string, Operation, string[], boolean]>([
    ['x.partner', 'read', ['id', 'name'], true],
    ['x.partner', 'write', ['name'], true],
    ['x.partner', 'read', ['name', 'email'], false],
    // What is written may reach further than what is answered: a reference that is cleared, say.
    ['x.vault', 'write', ['name'], true],
    ['x.partner', 'read', ['parent_id.name'], true],
    ['x.partner', 'read', ['parent_id.email'], false],
    ['x.partner', 'read', ['vault_id.name'], false],
    ['x.vault', 'read', [], false],
    ['x.unknown', 'read', [], false],
  ])(`${verifies('FIELD-1')} %s, %s, %j: %s`, (model, operation, fields, passes) => {
    const error = reach(model, operation, fields);
    if (passes) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ code: 'INTERNAL', data: undefined });
  });
});
