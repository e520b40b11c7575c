import type { Principal } from '../model/principal.ts';
import type { Registrations } from '../plugin/create-scope.ts';
import type { Runtime } from '../plugin/scope.ts';
import { cliErrors } from './errors.ts';

/** The user with this login, with all rights of a user. Throws USER_UNKNOWN. */
export async function findPrincipal(input: {
  registrations: Pick<Registrations, 'principals'>;
  runtime: Runtime;
  login: string;
}): Promise<Principal> {
  const { registrations, runtime, login } = input;
  for (const { value: provider } of registrations.principals) {
    const principal = await provider.find(login, runtime);
    if (principal) return principal;
  }
  throw cliErrors.USER_UNKNOWN({ message: `There is no user ${login}, or it is disabled.` });
}
