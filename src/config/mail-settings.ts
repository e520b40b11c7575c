import { z } from 'zod';
import { readSender } from '../mail/address.ts';
import type { ConfigFault } from './config-fault.ts';
import type { MailSettings } from './define-config.ts';
import { checkSettings } from './settings-faults.ts';

const expectedUrl =
  'Expected smtp://HOST:PORT, or smtps:// for TLS from the start, with USER:PASSWORD@ before the host if need be.';
const expectedSender = 'Expected name@example.com or Name <name@example.com>.';

/** The `mail` part of a config. The descriptions become docs/configuration.md. */
export const mailSchema = z.strictObject({
  url: z
    .string()
    .refine(isServer, expectedUrl)
    .optional()
    .describe(
      'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. Behind `?`: `requireTLS`, `ignoreTLS`, `name`, `authMethod`, `localAddress`, `tls.*`, as nodemailer has them. Default `SMTP_URL`; without one, messages wait.',
    ),
  from: z
    .string()
    .refine(text => readSender(text) !== undefined, expectedSender)
    .optional()
    .describe(
      'The sender: `Name <name@example.com>`. Default `MAIL_FROM`, or `gatehouse@` and the host of `publicUrl`.',
    ),
  giveUpAfterHours: z
    .number()
    .min(1)
    .default(72)
    .describe('Hours after which a message that cannot be delivered is given up.'),
});

/** How mail is sent; undefined without a mail server. `SMTP_URL` and `MAIL_FROM` fill in what the config leaves out. */
export function mailSettings(input: { given: unknown; env: NodeJS.ProcessEnv; publicUrl: string | undefined }): {
  settings: MailSettings | undefined;
  faults: readonly ConfigFault[];
} {
  const { given, env, publicUrl = 'http://localhost' } = input;
  const checked = checkSettings({ schema: mailSchema, value: given ?? {}, path: ['mail'] });
  if (checked.faults) return { settings: undefined, faults: checked.faults };
  const { url = env.SMTP_URL || undefined, giveUpAfterHours } = checked.value;
  const from = checked.value.from ?? (env.MAIL_FROM || `gatehouse@${mailDomainOf(publicUrl)}`);
  const faults: ConfigFault[] = [];
  if (url !== undefined && !isServer(url)) {
    faults.push({ path: ['mail', 'url'], message: `SMTP_URL in the environment does not fit. ${expectedUrl}` });
  }
  if (!readSender(from)) {
    const what = env.MAIL_FROM ? 'MAIL_FROM in the environment' : `${from}, made of server.publicUrl,`;
    faults.push({ path: ['mail', 'from'], message: `${what} does not fit. ${expectedSender}` });
  }
  const isUsable = url !== undefined && faults.length === 0;
  return { settings: isUsable ? { url, from, giveUpAfterHours } : undefined, faults };
}

/** Options that nodemailer would take from the URL, but that print what is sent or change how, are left out. */
const urlOption = /^(requireTLS|ignoreTLS|name|authMethod|localAddress|tls\.\w+)$/;

function isServer(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || url.hash !== '') return false;
  if (url.pathname !== '' && url.pathname !== '/') return false;
  return [...url.searchParams.keys()].every(key => urlOption.test(key)) && isDecodable(url.password + url.username);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** A domain for an address; addresses of hosts stand for this machine. */
function mailDomainOf(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return /^[\d.]+$|^\[/.test(hostname) ? 'localhost' : hostname;
}
