import { afterAll, beforeAll, expect, test } from 'vitest';
import { findUser, loadUser } from '../../../plugins/base/load-user.ts';
import { configGroupId, mirrorGroups } from '../../../plugins/base/mirror-groups.ts';
import { createStoredTable } from '../../../plugins/base/stored-table.ts';
import { equals, type StoredValue } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from '../security/house.ts';

describeOnStores('users and groups', open => {
  let store: TestStore;
  let house: House;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const insertGroup = async (values: Record<string, StoredValue>) => {
    const id = house.runtime.newId();
    await house.runtime.store.write([{ kind: 'insert', model: 'base.group', row: { id, label: 'x', ...values } }]);
    return id;
  };

  test('groups of the config are there to refer to, under ids that follow from their names', async () => {
    const rows = await house.runtime.store.find({ model: 'base.group', where: equals('source', 'config') });
    const names = rows.map(({ name }) => String(name)).sort();
    expect(names).toEqual(['boss', 'hr', 'sales', 'security.admin', 'security.manager', 'security.user']);
    for (const row of rows) expect(row.id).toBe(configGroupId(String(row.name)));
    const before = await house.runtime.store.count({ model: 'base.group', where: { kind: 'all', of: [] } });
    const again = await openHouse({ location: store.location });
    await again.stop();
    expect(await house.runtime.store.count({ model: 'base.group', where: { kind: 'all', of: [] } })).toBe(before);
  });

  test('instances that start at the same moment mirror them once', async () => {
    await house.runtime.store.write([{ kind: 'remove', model: 'base.group', where: equals('name', 'sales') }]);
    await Promise.all([1, 2, 3, 4].map(() => mirrorGroups(house.runtime)));
    expect(await house.runtime.store.count({ model: 'base.group', where: equals('name', 'sales') })).toBe(1);
  });

  test(`${verifies('ROLE-1')} a user has the groups that config and store imply, circles and all`, async () => {
    const inner = await insertGroup({ name: 'inner', source: 'stored', implies: [configGroupId('boss')] });
    const outer = await insertGroup({ name: 'outer', source: 'stored', implies: [inner] });
    await house.runtime.store.write([
      {
        kind: 'update',
        model: 'base.group',
        where: equals('id', inner),
        set: { implies: [configGroupId('boss'), outer] },
      },
    ]);
    const [made] = await house.runtime
      .system('test')
      .of('base.user')
      .create([{ login: 'o', name: 'O', groups: [outer] }]);
    const user = await findUser(house.runtime, 'o');
    expect(made).toBeDefined();
    expect([...(user?.groups ?? [])].sort()).toEqual(['boss', 'inner', 'outer', 'sales']);
  });

  test(`${verifies('ROLE-1')} the store cannot make a group of the config mean more, nor bring one back that is gone`, async () => {
    const forged = await insertGroup({ name: 'ghost', source: 'config', implies: [configGroupId('security.admin')] });
    await house.runtime.store.write([
      {
        kind: 'update',
        model: 'base.group',
        where: equals('name', 'hr'),
        set: { implies: [configGroupId('security.admin')] },
      },
    ]);
    await house.runtime
      .system('test')
      .of('base.user')
      .create([{ login: 'g', name: 'G', groups: [forged, configGroupId('hr')] }]);
    expect([...((await findUser(house.runtime, 'g'))?.groups ?? [])]).toEqual(['hr']);
  });

  test('a user that is gone is nobody, and one with strange rows has no rights by them', async () => {
    expect(await loadUser(house.runtime, '0'.repeat(24))).toBeUndefined();
    const id = house.runtime.newId();
    const row = { id, login: 'odd', name: 'Odd', groups: [], active: null, time_zone: null };
    await house.runtime.store.write([{ kind: 'insert', model: 'base.user', row }]);
    expect(await loadUser(house.runtime, id)).toMatchObject({ isActive: false, user: { timeZone: 'UTC' } });
  });

  test.each([
    ['row by row', 5_000],
    ['by their sums', 0],
  ])(
    'a stored table follows inserts, changes and removals %s, and says whether there were any',
    async (_, exactUpTo) => {
      const { store: rows } = house.runtime;
      const table = createStoredTable({ store: rows, model: 'base.rule', by: 'model', exactUpTo });
      const time = (second: number) => `2026-11-23T12:00:0${second}.000Z`;
      const insert = (id: string, name: string, model: string, second = 0) =>
        rows.write([
          { kind: 'insert', model: 'base.rule', row: { id, name, model, domain: [], updatedAt: time(second) } },
        ]);
      const remove = (id: string) => rows.write([{ kind: 'remove', model: 'base.rule', where: equals('id', id) }]);
      const names = (model: string) =>
        table
          .of(model)
          .map(({ name }) => String(name))
          .sort();
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(digit => digit.repeat(24)) as [string, string, string, string];
      expect(await table.sync()).toBe(false);
      await insert(a, 'first', 'x.partner');
      await insert(b, 'second', 'x.vault');
      expect([await table.sync(), await table.sync()]).toEqual([true, false]);
      await insert(c, 'third', 'x.partner');
      expect([await table.sync(), names('x.partner'), names('x.vault')]).toEqual([
        true,
        ['first', 'third'],
        ['second'],
      ]);
      // A change that says nothing of its time is seen by the version.
      await rows.write([{ kind: 'update', model: 'base.rule', where: equals('id', a), set: { name: 'changed' } }]);
      expect([await table.sync(), names('x.partner')]).toEqual([true, ['changed', 'third']]);
      // One row in the place of another.
      await remove(c);
      await insert(d, 'fourth', 'x.partner', 1);
      expect([await table.sync(), names('x.partner')]).toEqual([true, ['changed', 'fourth']]);
      // From one model to another.
      await rows.write([{ kind: 'update', model: 'base.rule', where: equals('id', d), set: { model: 'x.vault' } }]);
      expect([await table.sync(), names('x.partner'), names('x.vault')]).toEqual([
        true,
        ['changed'],
        ['fourth', 'second'],
      ]);
      await remove(b);
      await remove(d);
      expect([await table.sync(), names('x.vault'), table.rows().size]).toEqual([true, [], 1]);
      await remove(a);
      expect([await table.sync(), table.rows().size, await table.sync()]).toEqual([true, 0, false]);
    },
  );

  test(`${verifies('CLI-1')} user create, list, show, groups, disable and enable`, async () => {
    const run = (...line: string[]) => house.command([...line, '--json']);
    const created = (await run(
      'user',
      'create',
      '--login',
      'tom',
      '--name',
      'Tom',
      '--groups',
      'sales,hr',
      '--time-zone',
      'Asia/Tokyo',
    )) as { id: string };
    expect(created.id).toMatch(/^[0-9a-f]{24}$/);
    expect(await run('user', 'show', 'tom')).toMatchObject({
      login: 'tom',
      timeZone: 'Asia/Tokyo',
      groups: ['hr', 'sales'],
    });
    expect(await run('user', 'groups', 'tom', '--add', 'boss', '--remove', 'hr')).toMatchObject({
      groups: ['boss', 'sales'],
    });
    await run('user', 'disable', 'tom');
    expect(await run('user', 'list')).toContainEqual(expect.objectContaining({ login: 'tom', active: false }));
    await run('user', 'enable', 'tom');
    expect(await run('user', 'show', 'tom')).toMatchObject({ active: true });
    expect(await run('group', 'members', 'boss')).toMatchObject([{ login: 'tom' }]);
  });

  test('what a user cannot be called is refused in the same words by the command and by the record tool', async () => {
    const admins = { model: 'base.user', group: 'boss', read: true, write: true, create: true };
    const other = await openHouse({
      location: store.location,
      policies: {
        access: [admins],
        rules: [{ name: 'all', model: 'base.user', group: 'boss', domain: [] }],
        permissions: [admins].map(({ group, ...rest }) => ({ ...rest, groups: [group] })),
        fields: [],
      },
    });
    try {
      await other.user('chief', ['boss']);
      const { key } = await other.key({ user: 'chief', scopes: ['read', 'create', 'write'] });
      const line = ['--login', 'x,y', '--email', 'nonsense', '--time-zone', 'Mars/Olympus'];
      const values = { login: 'x,y', name: 'x,y', email: 'nonsense', time_zone: 'Mars/Olympus' };
      const said = await other.command(['user', 'create', ...line]).catch((thrown: Error) => thrown.message);
      for (const part of [
        'login: The value does not fit. Expected a name without commas and without spaces around it.',
        'email: The value does not fit. Expected one plain e-mail address, such as sara@example.com.',
        'time_zone: The value does not fit. Expected the IANA name of a time zone, such as Europe/Berlin or UTC.',
      ])
        expect(said).toContain(part);
      const refusal = async (tool: string, args: Record<string, unknown>) =>
        (await other.call({ key, tool, args })).refusal?.error.message;
      expect(await refusal('create', { model: 'base.user', records: [values] })).toBe(said);
      expect(await other.runtime.store.count({ model: 'base.user', where: equals('login', 'x,y') })).toBe(0);
      const [chief] = await other.runtime.store.find({ model: 'base.user', where: equals('login', 'chief') });
      const ids = [`base.user/${chief?.id}`];
      expect(await refusal('write', { ids, values: { email: 'nonsense' } })).toContain('one plain e-mail');
    } finally {
      await other.stop();
    }
  });

  test.each([
    [['user', 'create', '--login', 'x', '--groups', 'nope,sales,never'], 'GROUP_NOT_FOUND'],
    [['user', 'create', '--login', 'x', '--time-zone', 'Mars/Olympus'], 'VALUES_INVALID'],
    [['user', 'create', '--login', 'x', '--time-zone', ''], 'VALUES_INVALID'],
    [['user', 'create', '--login', 'x', '--email', 'nonsense'], 'VALUES_INVALID'],
    [['user', 'create', '--login', 'x,y'], 'VALUES_INVALID'],
    [['user', 'create', '--login', ' '], 'VALUES_INVALID'],
    [['user', 'create', '--login', ''], 'VALUES_INVALID'],
    [['group', 'create', '--name', 'x,y'], 'VALUES_INVALID'],
    [['group', 'create', '--name', 'x '], 'VALUES_INVALID'],
    [['user', 'show', 'nobody'], 'USER_NOT_FOUND'],
    [['user', 'disable', 'nobody'], 'USER_NOT_FOUND'],
    [['group', 'members', 'nope'], 'GROUP_NOT_FOUND'],
    [['permission', 'add', '--model', 'x.unknown', '--read'], 'PERMISSION_INVALID'],
    [['permission', 'add', '--model', 'x.partner'], 'PERMISSION_INVALID'],
    [['permission', 'add', '--model', 'x.partner', '--read', '--groups', ' , '], 'PERMISSION_INVALID'],
    [['permission', 'list', '--model', 'x.unknown'], 'PERMISSION_INVALID'],
    [['permission', 'remove', '0'.repeat(24)], 'PERMISSION_NOT_FOUND'],
    [['key', 'show', 'nothing'], 'KEY_NOT_FOUND'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--models', ','], 'KEY_INVALID'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--fields', 'x.partner'], 'KEY_INVALID'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--fields', 'x.partner='], 'KEY_INVALID'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--expires', 'soon'], 'KEY_INVALID'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--rate', 'fast'], 'KEY_INVALID'],
    [['key', 'create', '--name', 'n', '--user', 'o', '--scopes', 'read', '--max-sessions', '1.5'], 'KEY_INVALID'],
  ])(`${verifies('CLI-1')} %j is refused with %s, and nothing is made`, async (line, code) => {
    const { runtime } = house;
    const count = () =>
      Promise.all(
        ['base.user', 'base.group', 'security.api-key', 'security.permission'].map(model =>
          runtime.store.count({ model, where: { kind: 'all', of: [] } }),
        ),
      );
    const before = await count();
    await expect(house.command(line)).rejects.toMatchObject({ code });
    expect(await count()).toEqual(before);
  });
});
