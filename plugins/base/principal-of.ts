import { operations, type Principal, type Runtime } from '../../src/index.ts';
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
