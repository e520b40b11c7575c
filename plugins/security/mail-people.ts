import { hasCode, type Runtime } from '../../src/index.ts';

/**
 * Puts a mail into the outbox; false where the address is none that could be written to. `key`: the same mail is not
 * sent twice. Throws STORE_UNAVAILABLE.
 */
export async function mailTo(input: {
  readonly runtime: Runtime;
  readonly to: string | undefined;
  readonly letter: { readonly subject: string; readonly text: string; readonly html: string };
  readonly key: string;
}): Promise<boolean> {
  const { runtime, to, letter, key } = input;
  if (to === undefined || to === '') return false;
  try {
    await runtime.mail.send({ to, ...letter, subject: letter.subject.slice(0, 250), key });
    return true;
  } catch (thrown) {
    if (!hasCode(thrown, 'MAIL_INVALID')) throw thrown;
    runtime.log.warn({ err: thrown, key }, 'a notice could not be addressed');
    return false;
  }
}
