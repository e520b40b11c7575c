import { oneOf, type Row, type Runtime } from '../../../src/index.ts';

/** Logins of the users that rows belong to, by id. */
export async function loginsOf(runtime: Runtime, rows: readonly Row[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap(({ user }) => (typeof user === 'string' ? [user] : [])))];
  const users = await runtime.store.find({ model: 'base.user', where: oneOf('id', ids), fields: ['login'] });
  return new Map(users.map(({ id, login }) => [id, String(login)]));
}
