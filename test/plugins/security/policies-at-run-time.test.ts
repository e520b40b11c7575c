import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { equals, type StoredValue } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

describeOnStores('policies that change while the server runs', open => {
  let store: TestStore;
  let house: House;
  let sara: string;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    sara = await house.user('sara');
    for (const values of [
      { name: 'Own', owner: 'sara', email: 'own@example.com' },
      { name: 'Other', owner: 'hank', email: 'other@example.com' },
    ]) {
      await house.runtime.system('test').of('x.partner').create([values]);
    }
    await house.runtime
      .system('test')
      .of('x.vault')
      .create([{ name: 'Gold' }]);
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const groupId = async (name: string) =>
    String((await house.runtime.store.find({ model: 'base.group', where: equals('name', name) }))[0]?.id);
  const insert = async (model: string, values: Record<string, StoredValue>) => {
    const id = house.runtime.newId();
    await house.runtime.store.write([{ kind: 'insert', model, row: { id, ...values } }]);
    return id;
  };
  const remove = (model: string, id: string) =>
    house.runtime.store.write([{ kind: 'remove', model, where: equals('id', id) }]);
  const search = (key: string, model: string, domain: unknown[] = []) =>
    house.call({ key, tool: 'search', args: { model, domain } });
  const titles = async (key: string, domain: unknown[] = []) => {
    const answer = await search(key, 'x.partner', domain);
    const found = answer.result as { structuredContent?: { results?: { title: string }[] } } | undefined;
    return found?.structuredContent?.results?.map(({ title }) => title).sort() ?? answer.code;
  };

  test(`${verifies('PERM-1', 'PERM-2')} a model is reached only with permission and group access, either added or taken away by command or record`, async () => {
    const { key } = await house.key({});
    expect((await search(key, 'x.vault')).code).toBe('MODEL_NOT_AVAILABLE');
    const made = (await house.command(['permission', 'add', '--model', 'x.vault', '--read', '--json'])) as {
      id: string;
    };
    // A permission alone opens nothing.
    await house.runtime.policy.invalidate();
    expect((await search(key, 'x.vault')).code).toBe('MODEL_NOT_AVAILABLE');
    const access = await insert('base.access', { model: 'x.vault', group: await groupId('sales'), read: true });
    await eventually(async () => (await search(key, 'x.vault')).code === undefined);
    await house.command(['permission', 'remove', made.id]);
    await eventually(async () => (await search(key, 'x.vault')).code === 'MODEL_NOT_AVAILABLE');
    await house.command(['permission', 'add', '--model', 'x.vault', '--read', '--groups', 'hr']);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect((await search(key, 'x.vault')).code).toBe('MODEL_NOT_AVAILABLE');
    await remove('base.access', access);
  });

  test(`${verifies('PERM-1')} group access that refers to a group that is gone opens the model to nobody`, async () => {
    const { key } = await house.key({});
    await house.command(['permission', 'add', '--model', 'x.vault', '--read']);
    const open = await insert('base.access', { model: 'x.vault', group: await groupId('sales'), read: true });
    await eventually(async () => (await search(key, 'x.vault')).code === undefined);
    const set = { group: '9'.repeat(24) };
    await house.runtime.store.write([{ kind: 'update', model: 'base.access', where: equals('id', open), set }]);
    await eventually(async () => (await search(key, 'x.vault')).code === 'MODEL_NOT_AVAILABLE');
    await remove('base.access', open);
  });

  test('a group that policies stand on cannot be deleted from under them', async () => {
    const group = await insert('base.group', { name: 'temps', label: 'Temps', source: 'stored', implies: [] });
    const access = await insert('base.access', { model: 'x.partner', group, read: true });
    await expect(house.runtime.system('test').of('base.group').delete([group])).rejects.toMatchObject({
      code: 'RECORD_IN_USE',
    });
    await remove('base.access', access);
    await remove('base.group', group);
  });

  test(`${verifies('RULE-1')} a stored rule narrows at once, and goes with its record`, async () => {
    const { key } = await house.key({});
    expect(await titles(key)).toEqual(['Other', 'Own']);
    const values = { name: 'own', model: 'x.partner', domain: [['owner', '=', { user: 'login' }]], read: true };
    const rule = await insert('base.rule', { ...values, group: null });
    await eventually(async () => (await titles(key))?.length === 1);
    expect(await titles(key)).toEqual(['Own']);
    expect(await titles(key, [['owner', '=', 'hank']])).toEqual([]);
    await remove('base.rule', rule);
    await eventually(async () => (await titles(key))?.length === 2);
  });

  describe(`${verifies('RULE-1')} a stored rule that cannot be read closes the model`, () => {
    test.each<[string, StoredValue]>([
      ['no list', 'everything'],
      ['nothing', null],
      ['an unknown field', [['nothing', '=', 1]]],
      ['an unknown operator', [['owner', '~', 1]]],
      ['a placeholder that does not exist', [['owner', '=', { user: 'password' }]]],
      ['half a term', ['|', ['owner', '=', 'sara']]],
    ])('%s', async (_, domain) => {
      const { key } = await house.key({});
      expect(await titles(key)).toHaveLength(2);
      const rule = await insert('base.rule', { name: 'broken', model: 'x.partner', group: null, domain, read: true });
      await eventually(async () => (await titles(key))?.length === 0);
      await remove('base.rule', rule);
      await eventually(async () => (await titles(key))?.length === 2);
    });
  });

  test(`${verifies('FIELD-1')} a stored field rule hides a field everywhere: in results, domains, order, groups, schemas and by text`, async () => {
    const { key } = await house.key({ scopes: ['read', 'write'] });
    const rule = await insert('security.field-rule', {
      name: 'no owners',
      model: 'x.partner',
      fields: ['owner'],
      except: [],
      groups: [],
    });
    await eventually(
      async () => (await search(key, 'x.partner', [['owner', '=', 'sara']])).code === 'FIELD_NOT_AVAILABLE',
    );
    const model = 'x.partner';
    const attempts: [string, Record<string, unknown>][] = [
      ['search', { model, fields: ['owner'] }],
      ['search', { model, order: 'owner desc' }],
      ['search', { model, domain: ['|', ['name', '=', 'x'], ['owner', '=like', 's%']] }],
      ['aggregate', { model, groupBy: ['owner'], measures: ['count'] }],
      ['aggregate', { model, groupBy: ['name'], measures: ['owner:min'] }],
    ];
    for (const [tool, args] of attempts) {
      expect((await house.call({ key, tool, args })).code, JSON.stringify(args)).toBe('FIELD_NOT_AVAILABLE');
    }
    for (const tool of ['describe_model', 'search']) {
      const { result } = await house.call({ key, tool, args: { model } });
      expect(JSON.stringify(result), tool).not.toContain('owner');
    }
    await remove('security.field-rule', rule);
    await eventually(async () => (await search(key, model, [['owner', '=', 'sara']])).code === undefined);
  });

  test(`${verifies('FIELD-1', 'KEY-3')} a class of the config is hidden, and shown to those who are excepted`, async () => {
    const { key } = await house.key({});
    const model = 'x.partner';
    expect((await search(key, model, [['email', '=', 'own@example.com']])).code).toBe('FIELD_NOT_AVAILABLE');
    expect(JSON.stringify((await search(key, model)).result)).not.toContain('example.com');
    await house.user('harriet', ['sales', 'hr']);
    const hr = await house.key({ user: 'harriet' });
    expect((await search(hr.key, model, [['email', '=', 'own@example.com']])).code).toBeUndefined();
    // The key's own list narrows what its user may see.
    const narrow = await house.key({ user: 'harriet', fields: { 'x.partner': ['name'] } });
    expect((await search(narrow.key, model, [['email', '=', 'own@example.com']])).code).toBe('FIELD_NOT_AVAILABLE');
    expect(JSON.stringify((await search(narrow.key, model)).result)).not.toContain('example.com');
  });

  test(`${verifies('FIELD-3', 'MODEL-1')} list_models shows what the credential could use, and no more`, async () => {
    const listed = async (key: string) => JSON.stringify((await house.call({ key, tool: 'list_models' })).result);
    const all = await listed((await house.key({})).key);
    expect(all).toContain('x.partner');
    // Own keys everybody has.
    expect(all.replaceAll('security.api-key', '')).not.toMatch(/vault|security\.|base\./);
    const { key } = await house.key({ models: ['x.vault'] });
    expect((await house.call({ key, tool: 'list_models' })).code).toBe('UNKNOWN_TOOL');
  });

  test(`${verifies('ROLE-1')} user, manager and admin see and do what they are there for`, async () => {
    const can = async (group: string, model: string, operation: 'read' | 'write' | 'create' | 'delete') => {
      const principal = { user: { id: sara, login: 'x', name: 'x', timeZone: 'UTC' }, groups: new Set<string>() };
      const { closeOverConfig } = await import('../../../plugins/base/access/group-names.ts');
      const groups = closeOverConfig([group], house.runtime.policies().groups);
      const scopes = new Set(['read', 'write', 'create', 'delete'] as const);
      const credential = { kind: 'test', id: '', label: '', scopes, models: null, fields: null };
      return house.runtime.policy.of({ ...principal, groups, credential }, model)?.operations.has(operation) === true;
    };
    const table: [string, 'read' | 'write' | 'create' | 'delete', boolean, boolean, boolean][] = [
      ['security.permission', 'read', true, true, true],
      ['security.permission', 'write', false, true, true],
      ['security.permission', 'create', false, true, true],
      ['security.audit-entry', 'read', true, true, true],
      // The log and the sessions are written by the server alone.
      ['security.audit-entry', 'write', false, false, false],
      ['security.audit-entry', 'delete', false, false, false],
      ['security.session', 'read', true, true, true],
      ['security.session', 'write', false, false, false],
      // Everybody: their own keys, and no field of them.
      ['security.api-key', 'read', true, true, true],
      ['security.api-key', 'write', true, true, true],
      ['security.api-key', 'create', false, false, false],
      ['security.api-key', 'delete', false, false, true],
      ['base.user', 'read', false, true, true],
      // A manager who could put users into groups would be an admin.
      ['base.user', 'write', false, false, true],
      ['base.group', 'write', false, false, true],
      ['base.access', 'create', false, false, true],
      ['base.rule', 'delete', false, false, true],
      ['security.api-key-secret', 'read', false, false, false],
      ['security.session-slots', 'read', false, false, false],
    ];
    for (const [model, operation, ...expected] of table) {
      const actual = await Promise.all(
        ['security.user', 'security.manager', 'security.admin'].map(group => can(group, model, operation)),
      );
      expect(actual, `${operation} ${model}`).toEqual(expected);
    }
  });

  test(`${verifies('ROLE-1')} a manager's write cannot move a key to another user or bring a revoked one back`, async () => {
    await house.user('mia', ['security.manager']);
    const manager = await house.key({ user: 'mia', scopes: 'all' });
    const target = await house.key({});
    const write = (values: Record<string, unknown>) =>
      house.call({
        key: manager.key,
        tool: 'write',
        args: { ids: [`security.api-key/${target.id}`], values },
      });
    expect((await write({ name: 'renamed' })).code).toBeUndefined();
    for (const values of [
      { user: sara },
      { prefix: 'AAAAAAAA' },
      { revoked_at: null },
      { id: 'x' },
      { version: 1 },
      { hash: 'x' },
    ]) {
      const answer = await write(values);
      expect(answer.refusal?.error.code, JSON.stringify(values)).toMatch(
        /^(FIELD_NOT_AVAILABLE|INVALID_ARGUMENTS|VALUES_INVALID)$/,
      );
    }
  });
});
