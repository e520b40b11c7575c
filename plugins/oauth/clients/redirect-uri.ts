/** Characters of the longest redirect URI that is taken. */
const longest = 2_000;

/** Hosts of the user's own machine, for programs that listen there (RFC 8252, section 7.3). */
const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** What a URI may be written with (RFC 3986, section 2), `#` left out. Browsers repair the rest, each in its own way. */
const plainCharacters = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/;

/** A name that does not end with a dot, or an IPv6 address in brackets. */
const plainHost = /^(?:[a-z0-9_.-]*[a-z0-9]|\[[0-9a-f:.]+\])$/;

/** Percent-encoded control characters, slashes and backslashes: what decodes them sees another URI. */
const encodedTricks = /%(?:[01][0-9a-f]|2f|5c|7f|(?![0-9a-f]{2}))/i;

/**
 * What is wrong with a redirect URI; undefined: nothing. Taken are https, http to a loopback address (RFC 8252, section
 * 7.3), and private-use schemes: those with a dot (section 7.1) and those of `privateSchemes`. It has to be written the
 * way that browsers write it, so that two URIs are the same only where their texts are.
 */
export function redirectUriFault(uri: unknown, rules: { privateSchemes: readonly string[] }): string | undefined {
  if (typeof uri !== 'string' || uri === '') return 'expected a URI';
  if (uri.length > longest) return `expected at most ${longest} characters`;
  if (uri.includes('#')) return 'may not have a fragment';
  if (!plainCharacters.test(uri)) return 'holds a character that no URI has';
  const [path = ''] = uri.split('?');
  if (encodedTricks.test(path)) return 'may not hold encoded slashes, backslashes or control characters in its path';
  const url = URL.parse(uri);
  if (!url) return 'is no absolute URI';
  if (url.username !== '' || url.password !== '' || authorityOf(uri).includes('@')) return 'may not hold a user name';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return privateFault({ uri, url, ...rules });
  if (withPath(uri) !== url.href) return `has to be written as ${url.href}`;
  if (!plainHost.test(url.hostname)) return 'has a host that is no name or address';
  const isLoopback = loopbackHosts.has(url.hostname);
  if (url.protocol === 'http:' && !isLoopback) return 'may be http for 127.0.0.1, [::1] and localhost alone';
  if (url.protocol === 'https:' && isLoopback) return 'has to be http for a loopback address';
  return undefined;
}

/**
 * Whether the redirect URI of a request is a registered one: the same text, but for the port of a loopback address, which
 * a program learns only as it starts (RFC 8252, section 7.3). `requested` may be anything that somebody sends.
 */
export function isRedirectAllowed(input: { registered: readonly string[]; requested: string }): boolean {
  const { registered, requested } = input;
  if (registered.includes(requested)) return true;
  const wanted = withoutPort(requested);
  return wanted !== undefined && registered.some(uri => withoutPort(uri) === wanted);
}

/** Whether what is sent there stays on the user's machine, where any program could be listening. */
export function isLoopbackRedirect(uri: string): boolean {
  const url = URL.parse(uri);
  return url?.protocol === 'http:' && loopbackHosts.has(url.hostname);
}

/** A loopback URI without its port; undefined: it is none, or not one that could be registered. */
function withoutPort(uri: string): string | undefined {
  if (!isLoopbackRedirect(uri) || redirectUriFault(uri, { privateSchemes: [] })) return undefined;
  const url = new URL(uri);
  url.port = '';
  return url.href;
}

function privateFault(input: { uri: string; url: URL; privateSchemes: readonly string[] }): string | undefined {
  const { uri, url, privateSchemes } = input;
  const scheme = url.protocol.slice(0, -1);
  if (!scheme.includes('.') && !privateSchemes.includes(scheme)) return `may not have the scheme ${scheme}`;
  if (url.href !== uri) return `has to be written as ${url.href}`;
  return url.pathname.startsWith('/') || url.host !== '' ? undefined : `has to go on with / after ${scheme}:`;
}

/** From `//` to the path. */
function authorityOf(uri: string): string {
  return /^[^:]+:\/\/([^/?]*)/.exec(uri)?.[1] ?? '';
}

/** A browser writes an empty path as `/`; whoever leaves it out means the same. */
function withPath(uri: string): string {
  return uri.replace(/^(https?:\/\/[^/?]+)(?=\?|$)/, '$1/');
}
