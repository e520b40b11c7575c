import {
  changeStamp,
  derivedId,
  equals,
  type PolicySet,
  type Row,
  type Runtime,
  recordStamp,
} from '../../src/index.ts';

/**
 * Writes the config's groups into `base.group`, so that users and permissions can refer to them. Their ids follow from
 * their names, so instances that start together write the same. A stored group that has the name of one in the config
 * becomes that one. Groups that the config has no more stay as names without meaning.
 */
export async function mirrorGroups(runtime: Runtime): Promise<void> {
  const { groups } = runtime.policies();
  for (const [name, { label }] of Object.entries(groups)) {
    const row = await byName(runtime, name);
    if (!row) await insert(runtime, name, label);
    else if (row.source !== 'config' || row.label !== label) {
      const stamp = changeStamp(runtime);
      await runtime.store.write([
        {
          kind: 'update',
          model: 'base.group',
          where: equals('id', row.id),
          set: { source: 'config', label, implies: [], ...stamp },
        },
      ]);
    }
  }
}

/** The id of the config's group of this name. */
export function configGroupId(name: string): string {
  return derivedId(`base.group:${name}`);
}

async function byName(runtime: Runtime, name: string): Promise<Row | undefined> {
  return (await runtime.store.find({ model: 'base.group', where: equals('name', name), limit: 1 }))[0];
}

async function insert(runtime: Runtime, name: string, label: PolicySet['groups'][string]['label']): Promise<void> {
  const row = { id: configGroupId(name), name, label, implies: [], source: 'config', ...recordStamp(runtime) };
  try {
    await runtime.store.write([{ kind: 'insert', model: 'base.group', row }]);
  } catch (thrown) {
    // Another instance that starts at the same time was first.
    if (!(await byName(runtime, name))) throw thrown;
  }
}
