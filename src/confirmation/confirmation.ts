/*
 * What has to be agreed to before it is done. Whoever carries it out (a tool) asks for the agreement itself, with
 * `context.confirm`, so that no way of calling it leads round it.
 *
 *   call ──► preview: what would happen ──► client can ask its user? ──yes──► question, with a state ──► answer, state ──┐
 *                                              │ no                                                                       │
 *                                              └──► token ──► the same call with the token ───────────────────────────────┤
 *                                                                                                                         ▼
 *      used up in the store, once ──► preview again ──► the same as was agreed to? ──yes──► confirmed   (no: asked again)
 */

/** What would happen. */
export interface Preview {
  /** For the user, as plain text. What comes from records in it cannot be told from what the server says unless quoted. */
  readonly question: string;
  /** Stands for everything that the agreement is about beyond the arguments, such as the versions of the records. */
  readonly basis: string;
}

/** What a call is about to do, and what it brings along as agreement. */
export interface ConfirmationRequest<P extends Preview> {
  readonly tool: string;
  /** All arguments but the token, checked. An agreement is about exactly these. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What the caller has brought as the token of an earlier call; undefined: nothing. */
  readonly token: string | undefined;
  /** ms for which an agreement can be used. */
  readonly lifetime: number;
  /** Finds out what would happen and changes nothing. Runs anew in every call. */
  preview(): Promise<P>;
}

/** How it stands with the agreement. */
export type Confirmation<P extends Preview> =
  /** Agreed to, and still the same: carry out what `preview` says, and nothing else. */
  | { readonly kind: 'confirmed'; readonly preview: P }
  /** The client is to ask its user: answer with this `input_required` result. */
  | { readonly kind: 'asked'; readonly preview: P; readonly inputRequired: Readonly<Record<string, unknown>> }
  /** The client cannot ask: answer with the preview and this single-use token. `expiresAt`: ISO 8601. */
  | {
      readonly kind: 'token';
      readonly preview: P;
      readonly token: string;
      readonly expiresAt: string;
    };

/**
 * Asks for an agreement, or takes one that the caller has brought. Bound to credential, user, tool, arguments and the
 * preview's basis; good once, on any instance, until it expires. CONFIRMATION_INVALID (token) and INPUT_STATE_INVALID
 * (answer of the user) say the same whatever is wrong; CONFIRMATION_DECLINED: the user did not agree.
 */
export type Confirm = <P extends Preview>(request: ConfirmationRequest<P>) => Promise<Confirmation<P>>;

/** The way to the user behind the client, made by the transport. What has come back on it is the client's word. */
export interface Dialogue {
  /** The client has said that it can show a form to its user. */
  readonly canAsk: boolean;
  /** The state that an earlier question handed out, as it came back. */
  readonly state: string | undefined;
  /** What the user has answered; undefined: nothing. */
  readonly answer: 'agreed' | 'declined' | 'cancelled' | undefined;
  /** A question as a result of the call. */
  ask(question: { message: string; state: string }): Readonly<Record<string, unknown>>;
}
