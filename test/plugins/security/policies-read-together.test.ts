import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPolicyDirectory } from '../../../plugins/base/directory.ts';
import { configGroupId } from '../../../plugins/base/mirror-groups.ts';
import { readDomainIn } from '../../../plugins/base/read-domain.ts';
import { createPermissionDirectory } from '../../../plugins/security/permissions/permission-directory.ts';
import {
  always,
  isAlways,
  type Principal,
  type Row,
  type Runtime,
  type Store,
  type WriteOperation,
} from '../../../src/index.ts';
import { askedBy } from '../../../src/store/asked-by.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type House, openHouse } from './house.ts';

/*
 * What decides is read model by model, while admins change it and the store now and then gives no answer. Whoever calls
 * at the wrong moment must not be given what was allowed at none.
 */

const vault = 'x.vault';
const principal: Principal = {
  user: { id: '1'.repeat(24), login: 'sara', name: 'Sara', timeZone: 'UTC' },
  groups: new Set(['sales']),
  credential: { kind: 'trial', id: '', label: '', scopes: new Set(['read']), models: null, fields: null },
};
const [giving, limiting] = ['a'.repeat(24), 'b'.repeat(24)] as const;

interface Reader {
  sync(): Promise<boolean>;
  /** What the caller may read of the vault: nothing, within the limit, or all of it. */
  reach(): 'nothing' | 'limited' | 'everything';
}

/** A right to the vault and what limits it, in the models of a directory that reads both. */
interface Kind {
  readonly right: { readonly model: string; readonly row: Row };
  readonly limit: { readonly model: string; readonly row: Row };
  open(runtime: Runtime): Reader;
}

const sales = configGroupId('sales');
const kinds: Record<string, Kind> = {
  'group access and record rules': {
    right: { model: 'base.access', row: row(giving, { model: vault, group: sales, read: true }) },
    limit: {
      model: 'base.rule',
      row: row(limiting, { name: 'l', model: vault, domain: [['name', '=', 'x']], read: true }),
    },
    open(runtime) {
      const directory = createPolicyDirectory({ runtime, read: readDomainIn(runtime) });
      return {
        sync: () => directory.sync(),
        reach() {
          const { grants, rules } = directory.tables();
          if (!grants.operations(vault, principal).has('read')) return 'nothing';
          const condition = rules.condition({ model: vault, operation: 'read', principal });
          return isAlways(condition) ? 'everything' : 'limited';
        },
      };
    },
  },
  'permissions and field rules': {
    right: { model: 'security.permission', row: row(giving, { model: vault, groups: [sales], read: true }) },
    limit: {
      model: 'security.field-rule',
      row: row(limiting, { name: 'l', model: vault, fields: ['name'], groups: [], except: [] }),
    },
    open(runtime) {
      const directory = createPermissionDirectory(runtime);
      return {
        sync: () => directory.sync(),
        reach() {
          const { permissions, fields } = directory.tables();
          if (!permissions.operations(vault, principal).has('read')) return 'nothing';
          const field = runtime.registry.get(vault)?.fields.get('name');
          if (!field) throw new Error('the vault has lost its name');
          return fields.access({ principal, model: vault, name: 'name', field }).read ? 'everything' : 'limited';
        },
      };
    },
  },
};

function row(id: string, values: Omit<Row, 'id' | 'version'>): Row {
  return { ...values, id, version: 1, updatedAt: '2026-11-23T12:00:00.000Z' };
}

/** What comes between the reading of one model and that of another. */
interface Between {
  readonly first: string;
  readonly second: string;
  readonly act: () => Promise<unknown>;
}

/** The same store. Where something is to come between, it does so once. */
function interrupted(store: Store, between: () => Between | undefined): Store {
  let isRead = Promise.withResolvers<void>();
  return {
    ...askedBy(store, 'test'),
    async find(query) {
      const { first, second, act } = between() ?? {};
      if (query.model === second) {
        await isRead.promise;
        isRead = Promise.withResolvers();
        await act?.();
      }
      const rows = await store.find(query);
      if (query.model === first) setImmediate(isRead.resolve);
      return rows;
    },
  };
}

describeOnStores('policies that are read together', open => {
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
  beforeEach(async () => {
    for (const { right, limit } of Object.values(kinds)) {
      for (const { model } of [right, limit])
        await house.runtime.store.write([{ kind: 'remove', model, where: always }], { atomic: false });
    }
  });

  const insert = ({ model, row: values }: Kind['right']) =>
    house.runtime.store.write([{ kind: 'insert', model, row: values }]);
  const remove = ({ model }: Kind['right']) => {
    const operation: WriteOperation = { kind: 'remove', model, where: always };
    return house.runtime.store.write([operation], { atomic: false });
  };

  /** A reader of what the store holds; `next` says what comes between two of its readings, once. */
  function readerOf(kind: Kind): Reader & { next(between: Between): void } {
    let between: Between | undefined;
    const store = interrupted(house.runtime.store, () => between);
    return {
      ...kind.open({ ...house.runtime, store }),
      next(wanted) {
        const act = () => {
          between = undefined;
          return wanted.act();
        };
        between = { ...wanted, act };
      },
    };
  }

  const noAnswer = async () => {
    throw new Error('no answer');
  };

  test.each(Object.entries(kinds))(
    `${verifies('ROLE-1')} a right that is taken away is gone also where the store fails while it is read (%s)`,
    async (_, kind) => {
      const reader = readerOf(kind);
      await insert(kind.right);
      await reader.sync();
      expect(reader.reach()).toBe('everything');
      await remove(kind.right);
      reader.next({ first: kind.right.model, second: kind.limit.model, act: noAnswer });
      await expect(reader.sync()).rejects.toThrow('no answer');
      expect(await reader.sync()).toBe(true);
      expect(reader.reach()).toBe('nothing');
      expect(await reader.sync()).toBe(false);
    },
  );

  test.each(Object.entries(kinds))(
    `${verifies('RULE-1')} a right that comes after its limit opens nothing while the limit is not read (%s)`,
    async (_, kind) => {
      const reader = readerOf(kind);
      await reader.sync();
      await insert(kind.limit);
      await insert(kind.right);
      reader.next({ first: kind.right.model, second: kind.limit.model, act: noAnswer });
      await expect(reader.sync()).rejects.toThrow('no answer');
      expect(reader.reach()).toBe('nothing');
      expect(await reader.sync()).toBe(true);
      expect(reader.reach()).toBe('limited');
    },
  );

  const orders = Object.entries(kinds).flatMap(([name, kind]) => {
    const [right, limit] = [kind.right.model, kind.limit.model];
    return [
      { name, kind, first: right, second: limit },
      { name, kind, first: limit, second: right },
    ];
  });

  test.each(orders)(
    `${verifies('RULE-1')} limit and right, given while $first is read before $second: at no time one without the other`,
    async ({ kind, first, second }) => {
      const reader = readerOf(kind);
      await reader.sync();
      const act = async () => {
        await insert(kind.limit);
        await insert(kind.right);
      };
      reader.next({ first, second, act });
      expect(await reader.sync()).toBe(true);
      expect(reader.reach()).toBe('limited');
    },
  );

  test.each(orders)(
    `${verifies('RULE-1')} right and limit, taken away while $first is read before $second: at no time one without the other`,
    async ({ kind, first, second }) => {
      const reader = readerOf(kind);
      await insert(kind.limit);
      await insert(kind.right);
      await reader.sync();
      expect(reader.reach()).toBe('limited');
      const act = async () => {
        await remove(kind.right);
        await remove(kind.limit);
      };
      reader.next({ first, second, act });
      expect(await reader.sync()).toBe(true);
      expect(reader.reach()).toBe('nothing');
    },
  );
});
