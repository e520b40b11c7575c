import { createTransport } from 'nodemailer';
import type { Clock } from '../clock.ts';
import type { MailSettings } from '../config/define-config.ts';
import { readSender } from './address.ts';
import { deliveryLimit, type Transport } from './delivery.ts';

/** ms that connecting, the server's greeting, and silence in between may take. */
const limits = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 30_000 };

/** Of nodemailer's codes, those with which the server has answered about a message, not about the connection. */
const aboutMessage: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE']);

/**
 * Sends over SMTP with nodemailer: TLS from the start for `smtps:`, STARTTLS where the server offers it for `smtp:`.
 * Nothing is read from files or fetched for a message, and nodemailer logs nothing.
 */
export function smtpTransport({ settings, clock }: { settings: MailSettings; clock: Clock }): Transport {
  const { url } = settings;
  const from = readSender(settings.from) ?? { name: '', address: settings.from };
  const smtp = createTransport({ url, ...limits, logger: false, debug: false });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const describe = (thrown: unknown) => withoutPassword(errorText(thrown), url);

  return {
    async deliver({ id, to, ...content }) {
      try {
        await inTime(
          clock,
          smtp.sendMail({
            ...content,
            from,
            to: { name: '', address: to },
            messageId: `<${id}@${domain}>`,
            // RFC 3834, section 5: keeps holiday replies away.
            headers: { 'Auto-Submitted': 'auto-generated' },
            disableFileAccess: true,
            disableUrlAccess: true,
          }),
        );
        return { kind: 'accepted' };
      } catch (thrown) {
        const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
        return { kind: aboutMessage.has(code) ? 'refused' : 'unreachable', error: describe(thrown) };
      }
    },
    async verify() {
      try {
        await inTime(clock, smtp.verify());
        return undefined;
      } catch (thrown) {
        return describe(thrown);
      }
    },
  };
}

/** A server that keeps talking without an end is one that cannot be reached. */
async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    cancel = clock.after(deliveryLimit, () => reject(new Error('The mail server took too long.')));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}

function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'The mail server could not be used.';
  const code = 'code' in thrown && typeof thrown.code === 'string' ? `${thrown.code}: ` : '';
  return `${code}${thrown.message}`.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 1_000);
}

/** A server may repeat what it was told. */
function withoutPassword(text: string, url: string): string {
  const { password = '' } = URL.parse(url) ?? {};
  const forms = password === '' ? [] : [decodeURIComponent(password), password];
  return forms.reduce((safe, form) => safe.replaceAll(form, '[redacted]'), text);
}
