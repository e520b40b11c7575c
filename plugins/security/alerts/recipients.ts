import { all, always, equals, type Row, type Runtime } from '../../../src/index.ts';
import { groupNames, idList } from '../../base/plugin.ts';

const managers = 'security.manager';
const maxUsers = 500;

/** The addresses of the active users who manage security (500 at most), and the further ones, each once. */
export async function alertRecipients(runtime: Runtime, further: readonly string[]): Promise<readonly string[]> {
  const groups = await managingGroups(runtime);
  const where = all(equals('active', true), { kind: 'has', field: 'groups', ids: groups });
  const users = await runtime.store.find({ model: 'base.user', where, fields: ['email'], limit: maxUsers });
  const addresses = users.map(({ email }) => email).filter(email => typeof email === 'string' && email !== '');
  return [...new Set([...addresses, ...further])] as string[];
}

/** The groups whose members are in `security.manager`: itself and all that imply it, in the store and in the config. */
async function managingGroups(runtime: Runtime): Promise<string[]> {
  const rows = await runtime.store.find({ model: 'base.group', where: always });
  const { groups } = runtime.policies();
  const nameOf = groupNames(new Map(rows.map(row => [row.id, row])), groups);
  const found = new Set<string>();
  const names = new Set([managers]);
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
