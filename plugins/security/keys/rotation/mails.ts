import { composeMail, type Row } from '../../../../src/index.ts';
import { momentText } from './moment-text.ts';

/** A mail without its addressee. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Person {
  readonly name: string;
  readonly timeZone: string;
}

/** To the owner: there is a new key, how to get it, and until when the old one works. */
export function rotatedLetter(input: {
  readonly owner: Person;
  readonly old: Row;
  readonly successor: Row;
  readonly server: string;
  /** The link, or the key itself where the admin has chosen that it travels in mails. */
  readonly handover: { readonly link: string; readonly until: string } | { readonly key: string };
}): Letter {
  const { owner, old, successor, server, handover } = input;
  const until = typeof old.expires_at === 'string' ? momentText(old.expires_at, owner.timeZone) : 'further notice';
  const how =
    'link' in handover
      ? `Open the link below to fetch the new key. It works once, until ${momentText(handover.until, owner.timeZone)}, and shows the key a single time, so have the place where you keep it at hand.`
      : 'The new key is below. Whoever has it can act as you: put it where you keep it, and delete this message.';
  return {
    subject: `Your API key "${line(old.name)}" has a successor: replace it by ${until}`,
    ...composeMail({
      heading: `A new key for "${line(old.name)}"`,
      paragraphs: [
        `Hello ${line(owner.name)},`,
        `your API key "${line(old.name)}" (${old.prefix}) gets a successor with the same settings. The old key goes on working until ${until}; put the new one in its place before then.`,
        how,
      ],
      facts: [
        ['Old key', `${line(old.name)} (${old.prefix})`],
        ['Works until', until],
        ['New key', 'key' in handover ? handover.key : `${successor.prefix}, behind the link`],
        ['New key expires', expiryText(successor, owner)],
      ],
      ...('link' in handover && { button: { label: 'Fetch the new key', url: handover.link } }),
      footer: footer(server),
    }),
  };
}

/** To the owner of a key that nothing follows. */
export function expiringLetter({ owner, row, server }: { owner: Person; row: Row; server: string }): Letter {
  const until = expiryText(row, owner);
  return {
    subject: `Your API key "${line(row.name)}" expires on ${until}`,
    ...composeMail({
      heading: `"${line(row.name)}" is about to expire`,
      paragraphs: [
        `Hello ${line(owner.name)},`,
        `your API key "${line(row.name)}" (${row.prefix}) stops working on ${until}, and no new one is made by itself.`,
        'If you still need it, ask an admin for a new key before then. If not, there is nothing to do.',
      ],
      facts: [
        ['Key', `${line(row.name)} (${row.prefix})`],
        ['Expires', until],
      ],
      footer: footer(server),
    }),
  };
}

/** To admins: the owner cannot be written to. Nothing in it is secret. */
export function noAddressLetter(input: { login: string; old: Row; successor: Row; server: string }): Letter {
  const { login, old, successor, server } = input;
  const until = expiryText(old, { timeZone: 'UTC' });
  return {
    subject: `API key "${line(old.name)}" of ${line(login)}: its owner has no e-mail address`,
    ...composeMail({
      heading: `Hand over the new key of ${line(login)}`,
      paragraphs: [
        `The key "${line(old.name)}" (${old.prefix}) of ${line(login)} has a successor, ${successor.prefix}, but ${line(login)} has no e-mail address that could be written to.`,
        `Make a single-use link with "gatehouse key handover ${successor.prefix}" and give it to ${line(login)}. The old key stops working on ${until}.`,
      ],
      facts: [
        ['Owner', line(login)],
        ['Old key', `${line(old.name)} (${old.prefix})`],
        ['Works until', until],
        ['New key', String(successor.prefix)],
      ],
      footer: footer(server),
    }),
  };
}

function expiryText(row: Row, { timeZone }: { timeZone: string }): string {
  return typeof row.expires_at === 'string' ? momentText(row.expires_at, timeZone) : 'never';
}

function footer(server: string): string {
  return `Sent by Gatehouse at ${server}, because you hold or look after this key.`;
}

/** Names come from people: one line of them, not too long for a subject. */
function line(value: unknown): string {
  return String(value ?? '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 80)
    .toWellFormed();
}
