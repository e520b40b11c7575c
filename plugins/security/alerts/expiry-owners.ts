import { oneOf, type Row, type Runtime } from '../../../src/index.ts';

/**
 * Whom each of these alerts about expiring keys need not be mailed to, by the alert's id: the key's owner, whom the
 * rotation of keys writes to.
 */
export async function expiryOwners(runtime: Runtime, alerts: readonly Row[]): Promise<ReadonlyMap<string, string>> {
  const logins = new Map(alerts.map(alert => [alert.id, loginIn(alert)]));
  const users = await runtime.store.find({
    model: 'base.user',
    where: oneOf('login', [...new Set(logins.values())]),
    fields: ['login', 'email'],
  });
  const addresses = new Map(users.map(({ login, email }) => [login, typeof email === 'string' ? email : '']));
  return new Map([...logins].map(([id, login]) => [id, addresses.get(login) ?? '']));
}

function loginIn({ details }: Row): string {
  const { user } = (details ?? {}) as { user?: readonly string[] };
  return user?.[0] ?? '';
}
