import { kernelErrors } from '../errors.ts';
import type { Principal } from '../model/principal.ts';
import { type Agreements, basisHash, type Subject } from './agreements.ts';
import type { Confirm, ConfirmationRequest, Dialogue, Preview } from './confirmation.ts';

/**
 * `context.confirm` of one call. Where the client can ask its user, the user is asked; in every other case, and where
 * the client turns out not to be able to after all, the caller gets a token. Nothing is confirmed without one of the two.
 */
export function createConfirm(parts: {
  readonly agreements: Agreements;
  readonly principal: Principal;
  readonly dialogue: Dialogue | undefined;
}): Confirm {
  const { agreements, principal, dialogue } = parts;

  /** The hashed basis of what was agreed to; undefined: nobody has been asked, or nobody has answered. */
  async function agreedBasis(subject: Omit<Subject, 'way'>, token: string | undefined): Promise<string | undefined> {
    if (token !== undefined) {
      const basis = await agreements.use({ ...subject, way: 'token' }, token);
      if (basis === undefined) throw kernelErrors.CONFIRMATION_INVALID();
      return basis;
    }
    if (dialogue?.state === undefined || dialogue.answer === undefined) return undefined;
    // An answer uses the question up, whatever it is: a no cannot be turned into a yes afterwards.
    const basis = await agreements.use({ ...subject, way: 'user' }, dialogue.state);
    if (basis === undefined) throw kernelErrors.INPUT_STATE_INVALID();
    if (dialogue.answer === 'agreed') return basis;
    throw kernelErrors.CONFIRMATION_DECLINED({ detail: `the user has ${dialogue.answer}; nothing was changed` });
  }

  return async function confirm<P extends Preview>(request: ConfirmationRequest<P>) {
    const { tool, args, token, lifetime } = request;
    const subject = { principal, tool, args };
    const agreed = await agreedBasis(subject, token);
    const preview = await request.preview();
    const { basis } = preview;
    if (agreed !== undefined && agreed === basisHash(basis)) return { kind: 'confirmed', preview };
    const way = dialogue?.canAsk ? 'user' : 'token';
    const { secret, expiresAt } = await agreements.open({ ...subject, way }, { basis, lifetime });
    if (dialogue?.canAsk) {
      return { kind: 'asked', preview, inputRequired: dialogue.ask({ message: preview.question, state: secret }) };
    }
    return { kind: 'token', preview, token: secret, expiresAt };
  };
}
