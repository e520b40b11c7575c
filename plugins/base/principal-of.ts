import { operations, type Principal, type Runtime } from '../../src/index.ts';
import { baseErrors } from './errors.ts';
import { findUser } from './load-user.ts';

/** The user with this login on the command line: all the user's rights; undefined: there is none, or it is disabled. */
export async function principalOf(login: string, runtime: Runtime): Promise<Principal | undefined> {
  const found = await findUser(runtime, login);
  if (!found?.isActive) return undefined;
  const { user, groups } = found;
  const credential = {
    kind: 'command-line',
    id: '',
    label: 'command line',
    scopes: new Set(operations),
    models: null,
    fields: null,
  };
  return { user, groups, credential };
}

/** The same for a command that is to act for this user. Throws USER_NOT_FOUND. */
export async function requirePrincipal(runtime: Runtime, login: string): Promise<Principal> {
  const principal = await principalOf(login, runtime);
  if (principal) return principal;
  throw baseErrors.USER_NOT_FOUND({ message: `There is no active user ${login}.` });
}
