import { errors } from 'oidc-provider';

/** What somebody unknown says about a client, in the names of RFC 7591. */
export type Metadata = Readonly<Record<string, unknown>>;

/** Characters of the longest name that is taken, and of the longest other text. */
const longestName = 200;
const longestText = 2_000;

/** Control characters, and those that turn the direction of what follows: a name made of them shows as another one. */
const unshowable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;

/**
 * A refusal that names the field, as RFC 7591, section 3.2.2 has it: `invalid_client_metadata`, and for `redirect_uris`
 * `invalid_redirect_uri`.
 */
export function invalid(field: string, fault: string): errors.InvalidClientMetadata {
  return new errors.InvalidClientMetadata(`${field}: ${fault}`);
}

/** A text that people are shown, on one line. undefined: left out. */
export function shownLine(metadata: Metadata, field: string): string | undefined {
  const text = optionalText(metadata, field, longestName)?.trim();
  if (text === undefined || text === '') return undefined;
  if (unshowable.test(text)) throw invalid(field, 'holds a character that cannot be shown');
  return text;
}

/** A link that people may follow. undefined: left out. */
export function link(metadata: Metadata, field: string): string | undefined {
  const text = optionalText(metadata, field);
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw invalid(field, 'expected an https URL');
  if (url.username !== '' || url.password !== '') throw invalid(field, 'may not hold a user name');
  return url.href;
}

/** A text of one of these values. undefined: left out. */
export function choice(metadata: Metadata, field: string, values: readonly string[]): string | undefined {
  const text = optionalText(metadata, field);
  if (text === undefined || values.includes(text)) return text;
  throw invalid(field, `expected one of ${values.join(', ')}`);
}

/** A list of texts. undefined: left out. */
export function texts(metadata: Metadata, field: string): readonly string[] | undefined {
  const value = given(metadata, field);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.some(entry => typeof entry !== 'string'))
    throw invalid(field, 'expected a list of texts');
  return [...new Set<string>(value)];
}

/** undefined: left out. */
export function optionalText(metadata: Metadata, field: string, longest = longestText): string | undefined {
  const value = given(metadata, field);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalid(field, 'expected a text');
  if (value.length > longest) throw invalid(field, `expected at most ${longest} characters`);
  return value;
}

/** RFC 7591 has nothing to say about null: clients that write it mean that there is nothing. */
function given(metadata: Metadata, field: string): unknown {
  return Object.hasOwn(metadata, field) ? (metadata[field] ?? undefined) : undefined;
}
