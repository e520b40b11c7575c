import { oneOf, type Runtime } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';

/** The ids of the groups of these names, in their order. Throws GROUP_NOT_FOUND, naming all that are missing. */
export async function requireGroups(runtime: Runtime, names: readonly string[]): Promise<string[]> {
  const rows = await runtime.store.find({ model: 'base.group', where: oneOf('name', names) });
  const ids = new Map(rows.map(row => [row.name, row.id]));
  const missing = names.filter(name => !ids.has(name));
  if (missing.length > 0) throw baseErrors.GROUP_NOT_FOUND({ message: `There is no group ${missing.join(', ')}.` });
  return names.map(name => ids.get(name) ?? '');
}
