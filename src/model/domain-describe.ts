import { domainOperators } from './domain-leaf.ts';
import { defaultDomainLimits, maxEntries } from './domain-limits.ts';

/** Characters of a description. */
const maxLength = 500;
/** What has more entries is refused as a whole, unread, so nothing beyond them counts. */
const readEntries = maxEntries(defaultDomainLimits);
const fieldPath = /^[A-Za-z][A-Za-z0-9_.]{0,99}$/;

/**
 * A domain without its values, for the log: `email = … & !(city ilike …)`. Whatever is malformed becomes `?`, so that no
 * value gets in by taking the place of a field or an operator.
 */
export function describeDomain(domain: unknown): string {
  if (!Array.isArray(domain)) return domain === undefined ? '' : '?';
  const parts: string[] = [];
  for (const token of domain.slice(0, readEntries).reverse()) {
    if (token === '!') parts.push(`!(${parts.pop() ?? '?'})`);
    else if (token === '&' || token === '|') parts.push(`(${parts.pop() ?? '?'} ${token} ${parts.pop() ?? '?'})`);
    else parts.push(describeTerm(token));
    const last = parts.at(-1);
    if (last && last.length > maxLength) parts[parts.length - 1] = `${last.slice(0, maxLength)}…`;
  }
  const text = parts.reverse().join(' & ');
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function describeTerm(token: unknown): string {
  if (!Array.isArray(token)) return '?';
  const [field, operator]: unknown[] = token;
  const path = typeof field === 'string' && fieldPath.test(field) ? field : '?';
  return `${path} ${typeof operator === 'string' && domainOperators.includes(operator) ? operator : '?'} …`;
}

/** Every field path that a domain names, with its place; whatever is malformed is left to `parseDomain`. */
export function domainFields(domain: unknown, at = 'domain'): { path: string; at: string }[] {
  if (!Array.isArray(domain)) return [];
  const fields: { path: string; at: string }[] = [];
  for (const [index, token] of domain.slice(0, readEntries).entries()) {
    if (!Array.isArray(token)) continue;
    const path: unknown = token[0];
    if (typeof path === 'string') fields.push({ path, at: `${at}[${index}][0]` });
  }
  return fields;
}
