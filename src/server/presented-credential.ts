import type { IncomingHttpHeaders } from 'node:http';
import type { PresentedCredential } from '../pipeline/call.ts';
import { serverErrors } from './errors.ts';

const credentialParameters: ReadonlySet<string> = new Set([
  'key',
  'api_key',
  'apikey',
  'api-key',
  'x-api-key',
  'token',
  'access_token',
  'authorization',
]);

/**
 * Which credential a request presents: `Authorization: Bearer`, `X-API-Key`, or, to be refused and reported, one in the
 * URL. A credential in the URL counts even where a header carries one too: it has been seen by every log on the way.
 * A DPoP-bound token (RFC 9449, section 7.1) comes with its proof. Throws CREDENTIAL_AMBIGUOUS where two headers differ.
 */
export function presentedCredential(input: {
  headers: IncomingHttpHeaders;
  /** Without the question mark; empty: none. */
  query: string;
  /** Of the HTTP request. */
  method?: string | undefined;
}): PresentedCredential | undefined {
  const inUrl = input.query === '' ? undefined : credentialInQuery(input.query);
  if (inUrl !== undefined) return { secret: inUrl, via: 'query' };
  const { authorization, dpop } = input.headers;
  const bearer = bearerToken(authorization);
  const bound = authorization?.match(/^dpop +(\S+) *$/i)?.[1];
  const header = input.headers['x-api-key'];
  const key = typeof header === 'string' && header.trim() !== '' ? header.trim() : undefined;
  if (bound !== undefined && key !== undefined) throw serverErrors.CREDENTIAL_AMBIGUOUS();
  if (bound !== undefined) {
    const jwt = typeof dpop === 'string' ? dpop : '';
    return { secret: bound, via: 'dpop', proof: { jwt, method: input.method ?? '' } };
  }
  if (bearer !== undefined && key !== undefined && bearer !== key) throw serverErrors.CREDENTIAL_AMBIGUOUS();
  if (bearer !== undefined) return { secret: bearer, via: 'bearer' };
  return key === undefined ? undefined : { secret: key, via: 'x-api-key' };
}

/** RFC 6750, section 2.1; the scheme's name is case-insensitive (RFC 9110, section 11.1). */
function bearerToken(authorization: string | undefined): string | undefined {
  return authorization?.match(/^bearer +(\S+) *$/i)?.[1];
}

function credentialInQuery(query: string): string | undefined {
  for (const [name, value] of new URLSearchParams(query)) {
    if (value !== '' && credentialParameters.has(name.toLowerCase())) return value;
    const key = value.match(/gh_[A-Za-z0-9]{8}_\S+/) ?? name.match(/gh_[A-Za-z0-9]{8}_\S+/);
    if (key) return key[0];
  }
  return undefined;
}
