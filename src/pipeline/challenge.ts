import { type GatehouseError, withHeaders } from '../errors.ts';

/** Parameters that go with every challenge of this server (RFC 9110, section 11.6.1), such as `resource_metadata`. */
export type ChallengeParameters = Readonly<Record<string, string>>;

/**
 * The same refusal with these parameters in its challenge, where it is one: every 401, and whatever else brings a
 * challenge. Parameters that the challenge has already stay as they are.
 */
export function challenged(error: GatehouseError, parameters: ChallengeParameters): GatehouseError {
  const own = error.headers?.['WWW-Authenticate'];
  const missing = Object.entries(parameters).filter(([name]) => own?.includes(`${name}="`) !== true);
  if ((error.status !== 401 && own === undefined) || missing.length === 0) return error;
  const text = missing.map(([name, value]) => `${name}="${value}"`).join(', ');
  const base = own ?? 'Bearer realm="gatehouse"';
  const challenge = `${base}${base.includes('=') ? ', ' : ' '}${text}`;
  return withHeaders(error, { ...error.headers, 'WWW-Authenticate': challenge });
}
