import { describeDomain, domainFields, type Touch } from '../../src/index.ts';

type TouchedField = NonNullable<Touch['fields']>[number];

/*
 * Which field paths the arguments name. These read leniently: a path that is not well formed is still listed, so that
 * nothing slips past the stage that checks fields; what is wrong with it is said where it is parsed.
 */

/** `fields: ['name', 'city']` */
export function fieldsNamed(names: readonly string[] = []): TouchedField[] {
  return names.map((path, index) => ({ path, use: 'show', at: `fields[${index}]` }));
}

/** `order: 'name, date desc'` */
export function fieldsOfOrder(order = ''): TouchedField[] {
  return order
    .split(',')
    .map(part => part.trim().split(/\s+/)[0] ?? '')
    .flatMap((path, index) => (path === '' ? [] : { path, use: 'read', at: `order[${index}]` }));
}

/** `groupBy: ['state', 'date:month']` and `measures: ['amount:sum']`; the measure `count` names no field. */
export function fieldsOfTerms(terms: readonly string[] = [], at: 'groupBy' | 'measures'): TouchedField[] {
  return terms.flatMap((term, index) => {
    const path = term.split(':')[0]?.trim() ?? '';
    return at === 'measures' && term === 'count' ? [] : [{ path, use: 'read', at: `${at}[${index}]` }];
  });
}

/** `values: { email: … }` */
export function fieldsOfValues(values: Readonly<Record<string, unknown>>, at: string): TouchedField[] {
  return Object.keys(values).map(path => ({ path, use: 'write', at: `${at}.${path}` }));
}

/** `domain: [['partner_id.country_id', '=', …]]` */
export function fieldsOfDomain(domain: readonly unknown[] = []): TouchedField[] {
  return domainFields(domain).map(({ path, at }) => ({ path, use: 'read', at }));
}

/** The domain without its values, for the audit entry. */
export function domainSummary(domain: readonly unknown[] | undefined): { domain?: string } {
  return domain === undefined ? {} : { domain: describeDomain(domain) };
}
