import type { Call } from '../pipeline/call.ts';
import type { InboundMessage, Refusal } from '../pipeline/gate.ts';

/** One admitted message on its way through the SDK, and what became of it there. */
export interface Exchange {
  readonly message: InboundMessage;
  readonly call: Call;
  /** The SDK has given it to a handler. Where it never does (an unknown method), the transport seals the call. */
  entered: boolean;
  /** A handler has carried it out. A second time (the client has supplied more input) is a call of its own. */
  performed: boolean;
  /** The client was asked for something and has not answered. */
  isAsked: boolean;
  /** The client could not be asked after all. */
  isMute: boolean;
  /** Why a handler did not carry it out. */
  refusal: Refusal | undefined;
}

export function openExchange(message: InboundMessage, call: Call): Exchange {
  return { message, call, entered: false, performed: false, isAsked: false, isMute: false, refusal: undefined };
}
