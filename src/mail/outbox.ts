import { hasCode } from '../errors.ts';
import { recordStamp } from '../model/record-stamp.ts';
import type { Store, WriteOperation } from '../store/port.ts';
import { isAddress, isLine } from './address.ts';
import { mailErrors } from './errors.ts';
import type { Mailer, OutgoingMail } from './message.ts';

/** RFC 5322, section 2.1.1, gives a line 998 characters; people read far fewer. */
const maxSubject = 250;
const maxContent = 1_000_000;

/** The outbox: messages are checked and stored; a worker sends them. `onStored`: wakes the worker of this process. */
export function createOutbox(parts: {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  readonly onStored: () => void;
}): Mailer {
  const { store, now, newId, onStored } = parts;

  function insert(message: OutgoingMail, recipient: string): WriteOperation {
    const stamp = recordStamp({ now });
    const { subject, text, html = null, key } = message;
    const row = {
      id: newId(),
      recipient,
      subject,
      content: { text, html },
      key: key === undefined ? null : `${key} ${recipient}`,
      state: 'queued',
      next_at: stamp.createdAt,
      attempts: 0,
      refusals: 0,
      error: null,
      sent_at: null,
      ...stamp,
    };
    return { kind: 'insert', model: 'gatehouse.mail', row };
  }

  return {
    async send(message) {
      const recipients = [...new Set(typeof message.to === 'string' ? [message.to] : message.to)];
      check(message, recipients);
      for (const recipient of recipients) {
        try {
          await store.write([insert(message, recipient)]);
        } catch (thrown) {
          // It is there already, under its key.
          if (message.key === undefined || !hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
        }
      }
      onStored();
    },
  };
}

/** Throws MAIL_INVALID: what could become a header of its own, or a second address, is refused rather than mended. */
function check({ subject, text, html = '', key = '' }: OutgoingMail, recipients: readonly string[]): void {
  const refuse = (message: string) => mailErrors.MAIL_INVALID({ message });
  if (recipients.length === 0) throw refuse('The message has no recipient.');
  for (const recipient of recipients) {
    if (!isAddress(recipient)) throw refuse(`${JSON.stringify(recipient)} is not one plain e-mail address.`);
  }
  if (!isLine(subject) || subject.trim() === '') throw refuse('The subject must be one line of text.');
  if (subject.length > maxSubject) throw refuse(`The subject has more than ${maxSubject} characters.`);
  if (text.length + html.length > maxContent) throw refuse(`The message has more than ${maxContent} characters.`);
  if (key.length > 250) throw refuse('The key has more than 250 characters.');
}
