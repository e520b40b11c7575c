import { all, compare, equals, oneOf, type Row, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import type { AlertNews } from './alert-book.ts';

const page = 500;

/** Tells of every key that ends within so many days and has not ended, unless its owner has its successor already. */
export async function tellExpiringKeys(input: {
  runtime: Runtime;
  days: number;
  raise: (news: AlertNews) => void;
}): Promise<void> {
  const { runtime, days, raise } = input;
  const now = runtime.now();
  const end = new Date(now + days * 86_400_000).toISOString();
  for (let after = ''; ; ) {
    const rows = await runtime.store.find({
      model: 'security.api-key',
      where: all(
        equals('revoked_at', null),
        compare('expires_at', '<=', end),
        compare('expires_at', '>', new Date(now).toISOString()),
        compare('id', '>', after),
      ),
      limit: page,
    });
    const replaced = await replacedIn(runtime, rows);
    for (const row of rows) if (!replaced.has(row.id)) raise(await newsOf(runtime, row));
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.id;
  }
}

/** Ids of the keys whose successor its owner has fetched, and may use. */
async function replacedIn(runtime: Runtime, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const successors = rows.flatMap(({ successor }) => (typeof successor === 'string' ? successor : []));
  if (successors.length === 0) return new Set();
  const isUsable = all(oneOf('id', successors), equals('is_unclaimed', false), equals('revoked_at', null));
  const usable = await runtime.store.find({ model: 'security.api-key', where: isUsable, fields: [] });
  const found = new Set(usable.map(({ id }) => id));
  return new Set(rows.filter(({ successor }) => found.has(String(successor))).map(({ id }) => id));
}

async function newsOf(runtime: Runtime, row: Row): Promise<AlertNews> {
  const login = (await loadUser(runtime, String(row.user)))?.user.login ?? 'an unknown user';
  return {
    type: 'key_expiring',
    subject: `api-key ${row.id}`,
    label: `${row.prefix} of ${login}`,
    count: 1,
    time: runtime.now(),
    facts: { key: String(row.name), user: login, until: String(row.expires_at) },
  };
}
