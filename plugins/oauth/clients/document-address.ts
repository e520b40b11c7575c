/** Characters of the longest address of a metadata document. */
const longest = 2_000;

/** What an address may be written with; see `redirect-uri.ts`. */
const plainCharacters = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/;

/**
 * Whether a client id is the address of a metadata document (draft-ietf-oauth-client-id-metadata-document, section 3):
 * https, with a path, without fragment, user name or dot segments, and written the way that browsers write it, so that
 * one client has one id.
 */
export function isDocumentAddress(clientId: string): boolean {
  if (clientId.length > longest || !plainCharacters.test(clientId) || !clientId.startsWith('https://')) return false;
  const url = URL.parse(clientId);
  return url !== null && url.href === clientId && url.pathname !== '/' && !clientId.includes('@');
}
