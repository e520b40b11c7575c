/** One message as a plugin wants it sent. `composeMail` makes `text` and `html` of one description. */
export interface OutgoingMail {
  /** Plain addresses, `name@example.com`; each gets a message of its own. */
  readonly to: string | readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** A message with the same key to the same address is stored once, however often it is sent. */
  readonly key?: string;
}

/** The outbox. */
export interface Mailer {
  /**
   * Stores the message; resolves when it is durable, not when it is sent. From then on it goes out at least once, or is
   * given up after the configured time (`mail.giveUpAfterHours`) and shown by `doctor`. Throws MAIL_INVALID,
   * STORE_UNAVAILABLE.
   */
  send(message: OutgoingMail): Promise<void>;
}
