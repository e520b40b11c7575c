/** ms that a whole delivery may take. */
export const deliveryLimit = 120_000;

/** A message as it goes out. */
export interface Letter {
  /** Stable across attempts, so that a mail program can tell a repetition: RFC 5322, section 3.6.4. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  readonly date: Date;
}

/** `refused`: the server has said no to this message; `unreachable`: it could not be asked. `error`: without secrets. */
export type Delivery =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' | 'unreachable'; readonly error: string };

/** The way to the mail server. */
export interface Transport {
  deliver(letter: Letter): Promise<Delivery>;
  /** Connects and authenticates without sending. undefined: all is well; otherwise what is wrong. */
  verify(): Promise<string | undefined>;
}
