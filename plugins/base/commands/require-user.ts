import type { Runtime } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';
import { findUser, type LoadedUser } from '../load-user.ts';

/** The user with this login, disabled or not. Throws USER_NOT_FOUND. */
export async function requireUser(runtime: Runtime, login: string): Promise<LoadedUser> {
  const user = await findUser(runtime, login);
  if (!user) throw baseErrors.USER_NOT_FOUND({ message: `There is no user ${login}.` });
  return user;
}
