import { equals, oneOf, type Row, type Runtime } from '../../src/index.ts';
import { closeOverConfig, effectiveName } from './access/group-names.ts';

/** A user as the rest of the house needs it: the parts of a Principal that a credential has no say in. */
export interface LoadedUser {
  readonly user: { readonly id: string; readonly login: string; readonly name: string; readonly timeZone: string };
  /** Names of all groups, implied ones included. */
  readonly groups: ReadonlySet<string>;
  readonly email: string | undefined;
  /** One that is not may do nothing. */
  readonly isActive: boolean;
}

/** The user with this id as it is in the store now; undefined: there is none. Throws STORE_UNAVAILABLE. */
export async function loadUser(runtime: Runtime, id: string): Promise<LoadedUser | undefined> {
  const [row] = await runtime.store.find({ model: 'base.user', where: equals('id', id), limit: 1 });
  return row && (await describe(runtime, row));
}

/** The user with this login; undefined: there is none. */
export async function findUser(runtime: Runtime, login: string): Promise<LoadedUser | undefined> {
  const [row] = await runtime.store.find({ model: 'base.user', where: equals('login', login), limit: 1 });
  return row && (await describe(runtime, row));
}

async function describe(runtime: Runtime, row: Row): Promise<LoadedUser> {
  return {
    user: {
      id: row.id,
      login: String(row.login),
      name: String(row.name ?? row.login),
      timeZone: String(row.time_zone ?? 'UTC'),
    },
    groups: await groupsOf(runtime, idList(row.groups)),
    email: typeof row.email === 'string' ? row.email : undefined,
    isActive: row.active === true,
  };
}

/** Follows what stored groups imply through the store, and what the config's groups imply through the config. */
async function groupsOf(runtime: Runtime, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { groups } = runtime.policies();
  const names = new Set<string>();
  const seen = new Set<string>();
  for (let open = ids; open.length > 0; ) {
    for (const id of open) seen.add(id);
    const rows = await runtime.store.find({ model: 'base.group', where: oneOf('id', open) });
    const next = new Set<string>();
    for (const row of rows) {
      const name = effectiveName(row, groups);
      if (name === undefined) continue;
      names.add(name);
      // Also one that the config has taken over and that is not mirrored yet.
      if (row.source === 'config' || Object.hasOwn(groups, name)) continue;
      for (const id of idList(row.implies)) if (!seen.has(id)) next.add(id);
    }
    open = [...next];
  }
  return closeOverConfig(names, groups);
}

/** The names of these groups and of all that they imply. */
export async function groupsNamed(runtime: Runtime, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await runtime.store.find({ model: 'base.group', where: oneOf('name', names) });
  const stored = await groupsOf(
    runtime,
    rows.map(({ id }) => id),
  );
  return closeOverConfig([...names, ...stored], runtime.policies().groups);
}

/** The ids in a stored many2many. */
export function idList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(id => typeof id === 'string') : [];
}
