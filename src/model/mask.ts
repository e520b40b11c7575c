/** What a mask leaves of a value, from nothing to a part. */
export const masks = ['all', 'email', 'phone', 'last4', 'initials'] as const;

export type Mask = (typeof masks)[number];

/** Stands for what is masked, whatever its length, and for a missing value. */
export const veil = '•••';

/**
 * A value as a mask shows it. What it shows: `email` the first character and the domain (`j•••@acme.com`), `phone` the
 * last two digits, `last4` the last four characters, `initials` the first character of the first and the last word
 * (`A••• L•••`), `all` nothing. A value that does not have the form, or is so short that the part would be most of it,
 * shows nothing; and that looks the same as a value that is missing. No mask tells how long a value is.
 */
export function maskValue(mask: Mask, value: unknown): string {
  return (typeof value === 'string' && shown[mask](value.normalize('NFC').trim())) || veil;
}

/** Whether a value holds a mask: it is one that was shown, sent back. */
export function holdsMask(value: unknown): boolean {
  return typeof value === 'string' && value.includes(veil);
}

const domain = /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u;
const sign = /^[\p{L}\p{N}]$/u;
const signs = /^[\p{L}\p{N}]+$/u;

/** Each gives undefined where nothing is to be shown. Characters are code points, so that no half of one is left. */
const shown: Readonly<Record<Mask, (text: string) => string | undefined>> = {
  all: () => undefined,
  email(text) {
    const [local = '', host = '', ...more] = text.split('@');
    const [first = '', ...rest] = local;
    const isAddress = rest.length > 0 && sign.test(first) && more.length === 0 && domain.test(host);
    return isAddress ? `${first}${veil}@${host}` : undefined;
  },
  phone(text) {
    const digits = text.replaceAll(/[\s()+./-]/g, '');
    return /^\d{7,15}$/.test(digits) ? `${veil}${digits.slice(-2)}` : undefined;
  },
  last4(text) {
    const characters = [...text.replaceAll(/[\s-]/g, '')];
    const last = characters.slice(-4).join('');
    return characters.length >= 8 && signs.test(last) ? `${veil}${last}` : undefined;
  },
  initials(text) {
    const words = text.split(/\s+/);
    const firsts = words.map(word => [...word][0] ?? '');
    const ends = words.length > 1 ? [firsts[0], firsts.at(-1)] : [firsts[0]];
    const isName = words.every(word => [...word].length > 1) && ends.every(first => sign.test(first ?? ''));
    return isName ? ends.map(first => `${first}${veil}`).join(' ') : undefined;
  },
};
