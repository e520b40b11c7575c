import { kernelErrors, type Outcome, type Runtime } from '../../../src/index.ts';
import { principalAt } from './principal-at.ts';
import type { SignInStep } from './sign-in.ts';

/**
 * Writes a step of signing in into the log; durable before it is answered. A login that nobody has may be a password in
 * the wrong place, so it is not kept.
 */
export async function recordSignIn(
  runtime: Runtime,
  input: {
    readonly step: SignInStep;
    readonly address: string;
    readonly client: { readonly name: string; readonly userAgent: string };
  },
): Promise<void> {
  const { step, address, client } = input;
  const login = 'user' in step ? step.user.user.login : step.login;
  await runtime.recordEvent({
    method: 'account/sign-in',
    ...(login !== undefined && { target: login }),
    ...('user' in step && { principal: principalAt(step.user) }),
    address,
    client,
    outcome: outcomeOf(step),
  });
}

function outcomeOf(step: SignInStep): Outcome {
  switch (step.kind) {
    case 'signed-in':
      return { kind: 'ok' };
    case 'code-needed':
      return {
        kind: 'ok',
        note: { code: 'CODE_NEEDED', reason: 'the password was right; a one-time code is to follow' },
      };
    default:
      return { kind: 'denied', stage: 'authenticate', code: kernelErrors.UNAUTHENTICATED.code, reason: step.reason };
  }
}
