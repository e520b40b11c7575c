import { invalid, type Metadata } from './metadata-fields.ts';
import { normalMetadata } from './normal-metadata.ts';

const second = 1_000;
/** ms for which a document counts: at least, where it says nothing, and at most. */
const freshness = { least: 300 * second, usual: 3_600 * second, most: 86_400 * second };

/** What a metadata document says, or that it cannot be had at the moment; `reason`: for the log. */
export type ReadDocument =
  /** `freshFor`: ms. */
  | { readonly kind: 'read'; readonly metadata: Metadata; readonly freshFor: number }
  | { readonly kind: 'unreachable'; readonly reason: string };

/**
 * Reads the metadata document of a client. Throws InvalidClientMetadata, naming what is wrong, where there is one that is
 * no metadata of this client; where nothing came, or the server there has trouble, it may be there again later.
 */
export async function readDocument(input: {
  readonly address: string;
  readonly fetch: typeof fetch;
  readonly privateSchemes: readonly string[];
}): Promise<ReadDocument> {
  const { address, privateSchemes } = input;
  let response: Response;
  try {
    response = await input.fetch(address, { headers: { accept: 'application/json', 'user-agent': 'Gatehouse' } });
  } catch (thrown) {
    return { kind: 'unreachable', reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const { status, headers } = response;
  if (status >= 500 || status === 429) return { kind: 'unreachable', reason: `${address}: the answer was ${status}` };
  if (status !== 200) throw invalid('client_id', `expected a document at its address; the answer was ${status}`);
  if (!isJson(headers.get('content-type'))) throw invalid('client_id', 'its document is not of type application/json');
  const metadata = parse(await response.text());
  if (metadata.client_id !== address) throw invalid('client_id', 'its document is about another client');
  for (const field of ['client_secret', 'client_secret_expires_at']) {
    if (Object.hasOwn(metadata, field)) throw invalid(field, 'may not be in a document that everybody can read');
  }
  return {
    kind: 'read',
    metadata: normalMetadata({ metadata, kind: 'cimd', privateSchemes }),
    freshFor: freshFor(headers.get('cache-control')),
  };
}

function isJson(type: string | null): boolean {
  return /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i.test(type ?? '');
}

function parse(text: string): Metadata {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('client_id', 'its document is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('client_id', 'its document is no JSON object');
  }
  return parsed as Metadata;
}

/** What `Cache-Control` says (RFC 9111, section 5.2.2), within bounds: neither asked for all the time nor kept for ever. */
function freshFor(cacheControl: string | null): number {
  if (cacheControl === null) return freshness.usual;
  const said = /(?:^|[,\s])max-age="?(\d{1,9})/i.exec(cacheControl)?.[1];
  const isShort = /\bno-(?:store|cache)\b/i.test(cacheControl) || said === undefined;
  const asked = isShort ? 0 : Number(said) * second;
  return Math.min(Math.max(asked, freshness.least), freshness.most);
}
