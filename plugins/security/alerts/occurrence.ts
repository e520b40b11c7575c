import { type Call, parseAddress } from '../../../src/index.ts';
import { safeText } from '../audit/safe-text.ts';
import type { AlertType } from './alert-types.ts';

/** What is known of occurrences, by what it is: `address`, `user`, `key`, `model`, `code`, … */
export type Facts = Readonly<Record<string, string>>;

/** Something that may become an alert, or count on one. */
export interface Occurrence {
  readonly type: AlertType;
  /** Whom or what it is about: one open alert each. Unique within the type. */
  readonly subject: string;
  /** The subject as people know it. */
  readonly label: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly facts: Facts;
}

/** The subject of what a known credential does. */
export function credentialSubject({ credential, user }: NonNullable<Call['principal']>) {
  return { subject: `${credential.kind} ${credential.id}`, label: `${credential.label} of ${user.login}` };
}

/** The subject of what strangers do: IPv6 addresses by their /64, which is what one host has. */
export function addressSubject(address: string) {
  // Calls carry addresses in their normal form: only IPv6 ones have to be read.
  const parsed = address.includes(':') ? parseAddress(address) : undefined;
  const isWide = parsed !== undefined && 'parts' in parsed;
  const label = isWide
    ? `${parsed.parts
        .slice(0, 4)
        .map(part => part.toString(16))
        .join(':')}::/64`
    : safeText(address, 64);
  return { subject: label, label };
}
