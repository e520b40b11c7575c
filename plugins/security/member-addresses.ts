import { all, always, equals, type Row, type Runtime } from '../../src/index.ts';
import { groupNames, idList } from '../base/plugin.ts';

const maxUsers = 500;

/** The addresses of the active users in this group, by whatever group that implies it: 500 at most, each once. */
export async function memberAddresses(runtime: Runtime, group: string): Promise<string[]> {
  const where = all(equals('active', true), {
    kind: 'has',
    field: 'groups',
    ids: await groupsImplying(runtime, group),
  });
  const users = await runtime.store.find({ model: 'base.user', where, fields: ['email'], limit: maxUsers });
  const addresses = users.map(({ email }) => email).filter(email => typeof email === 'string' && email !== '');
  return [...new Set(addresses)] as string[];
}

/** Ids of the groups whose members are in `group`: itself and all that imply it, in the store and in the config. */
async function groupsImplying(runtime: Runtime, group: string): Promise<string[]> {
  const rows = await runtime.store.find({ model: 'base.group', where: always });
  const { groups } = runtime.policies();
  const nameOf = groupNames(new Map(rows.map(row => [row.id, row])), groups);
  const found = new Set<string>();
  const names = new Set([group]);
  const implies = (row: Row): readonly (string | undefined)[] =>
    row.source === 'config' ? (groups[String(row.name)]?.implies ?? []) : idList(row.implies).map(nameOf);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const row of rows) {
      const name = nameOf(row.id);
      if (name === undefined || found.has(row.id)) continue;
      if (!names.has(name) && !implies(row).some(implied => implied !== undefined && names.has(implied))) continue;
      found.add(row.id);
      names.add(name);
    }
  }
  return [...found];
}
