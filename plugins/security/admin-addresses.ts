import { all, equals, not, type Runtime } from '../../src/index.ts';
import { idList, loadUser } from '../base/plugin.ts';

const pageSize = 1_000;

/** The e-mail addresses of the active users in `security.admin`, by whatever group that implies it. */
export async function adminAddresses(runtime: Runtime): Promise<string[]> {
  /** Users with the same groups are the same; there are far fewer of those. */
  const known = new Map<string, boolean>();
  const addresses = new Set<string>();
  for (let after = ''; ; ) {
    const page = await runtime.store.find({
      model: 'base.user',
      where: all(equals('active', true), not(equals('email', null)), {
        kind: 'compare',
        field: 'id',
        operator: '>',
        value: after,
      }),
      limit: pageSize,
    });
    for (const row of page) {
      const groups = [...idList(row.groups)].sort().join(' ');
      if (groups === '') continue;
      const isAdmin = known.get(groups) ?? (await loadUser(runtime, row.id))?.groups.has('security.admin') === true;
      known.set(groups, isAdmin);
      if (isAdmin) addresses.add(String(row.email));
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return [...addresses];
    after = last.id;
  }
}
