import type { Runtime } from '../../../src/index.ts';
import { checkCode, createPasswordCheck, type LoadedUser } from '../../base/plugin.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/**
 * One step of signing in. `reason` is for the log; who signs in learns of `second-factor-missing` alone. `login`: where
 * there is a user of this login.
 */
export type SignInStep =
  | { readonly kind: 'signed-in'; readonly user: LoadedUser }
  | { readonly kind: 'code-needed'; readonly user: LoadedUser }
  | { readonly kind: 'second-factor-missing'; readonly login: string | undefined; readonly reason: string }
  | { readonly kind: 'refused'; readonly login: string | undefined; readonly reason: string };

/** Checks what people sign in with. */
export interface SignIn {
  /** Throws SIGN_IN_BUSY. */
  password(input: { login: string; password: string; address: string }): Promise<SignInStep>;
  code(input: { user: LoadedUser; code: string }): Promise<SignInStep>;
}

export function createSignIn({ runtime, settings }: { runtime: Runtime; settings: SignInSettings }): SignIn {
  const check = createPasswordCheck(runtime);
  return {
    async password(claim) {
      const verdict = await check(claim);
      if (!verdict.ok) return { kind: 'refused', login: verdict.login, reason: verdict.reason };
      const { user, hasSecondFactor } = verdict;
      if (hasSecondFactor) return { kind: 'code-needed', user };
      if (!settings.secondFactorGroups.some(group => user.groups.has(group))) return { kind: 'signed-in', user };
      const reason = 'the password was right, and there is no second factor';
      return { kind: 'second-factor-missing', login: user.user.login, reason };
    },
    async code({ user, code }) {
      const verdict = await checkCode(runtime, { userId: user.user.id, code });
      if (verdict.ok) return { kind: 'signed-in', user };
      return { kind: 'refused', login: user.user.login, reason: verdict.reason };
    },
  };
}
