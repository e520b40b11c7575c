import type { ClientInfo } from './call.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * What a client says about itself, as one line of plain text each: what is shown in lists and on terminals later must
 * not begin a line there or move the cursor.
 */
export function plainClient(client: ClientInfo): ClientInfo {
  const { name, version, userAgent } = client;
  if (isPlain(name) && isPlain(version) && isPlain(userAgent)) return client;
  return { ...client, name: plain(name), version: plain(version), userAgent: plain(userAgent) };
}

function isPlain(text: string): boolean {
  return text.isWellFormed() && !control.test(text);
}

function plain(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}
