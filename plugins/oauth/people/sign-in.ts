import type { Runtime } from '../../../src/index.ts';
import { checkCode, createPasswordCheck, type LoadedUser } from '../../base/plugin.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/** One step of signing in. `reason` is for the log; who signs in learns of `second-factor-missing` alone. */
export type SignInStep =
  | { readonly kind: 'signed-in'; readonly user: LoadedUser }
  | { readonly kind: 'code-needed'; readonly user: LoadedUser }
  | { readonly kind: 'second-factor-missing'; readonly user: LoadedUser; readonly reason: string }
  | { readonly kind: 'refused'; readonly user: LoadedUser | undefined; readonly reason: string };

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
      if (!verdict.ok) return { kind: 'refused', user: verdict.user, reason: verdict.reason };
      const { user, hasSecondFactor } = verdict;
      if (hasSecondFactor) return { kind: 'code-needed', user };
      if (!settings.secondFactorGroups.some(group => user.groups.has(group))) return { kind: 'signed-in', user };
      return { kind: 'second-factor-missing', user, reason: 'the password was right, and there is no second factor' };
    },
    async code({ user, code }) {
      const verdict = await checkCode(runtime, { userId: user.user.id, code });
      return verdict.ok ? { kind: 'signed-in', user } : { kind: 'refused', user, reason: verdict.reason };
    },
  };
}
