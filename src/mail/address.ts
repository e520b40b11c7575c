const atom = String.raw`[\p{L}\p{N}!#$%&'*+/=?^_\x60{|}~-]+`;
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`;
const plain = new RegExp(String.raw`^${atom}(?:\.${atom})*@${label}(?:\.${label})*$`, 'u');
const named = /^([^<>]*)<([^<>]*)>$/;

/**
 * Whether a text is one plain address: a local part of atoms and a domain of labels (RFC 5321, section 4.1.2; letters
 * of any script as RFC 6531 has it). Quoted local parts and address literals, which are valid but where injection
 * hides, are not taken.
 */
export function isAddress(text: string): boolean {
  return text.length <= 254 && text.indexOf('@') <= 64 && plain.test(text);
}

/** Reads a sender, `name@example.com` or `Name <name@example.com>`; undefined where it is neither. */
export function readSender(text: string): { name: string; address: string } | undefined {
  if (isAddress(text)) return { name: '', address: text };
  const [, name, address] = named.exec(text) ?? [];
  if (name === undefined || address === undefined || !isLine(name) || !isAddress(address)) return undefined;
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
}

/** Whether a text can stand in a header: no character that could end the line or hide. */
export function isLine(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text);
}
