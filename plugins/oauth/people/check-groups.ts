import { hasCode, kernelErrors, type Runtime } from '../../../src/index.ts';
import { requireGroups } from '../../base/plugin.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/**
 * Refuses to start (CONFIG_INVALID) where a group that is to have a second factor does not exist: misspelt, it would
 * demand one of nobody.
 */
export async function checkSecondFactorGroups(runtime: Runtime, settings: SignInSettings): Promise<void> {
  try {
    await requireGroups(runtime, settings.secondFactorGroups);
  } catch (thrown) {
    if (!hasCode(thrown, 'GROUP_NOT_FOUND')) throw thrown;
    const message = `plugins.oauth.signIn.secondFactorGroups: ${thrown.publicMessage}`;
    throw kernelErrors.CONFIG_INVALID({ message, cause: thrown });
  }
}
