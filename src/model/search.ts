import { all, always, type Condition, never, wordsOf } from '../store/condition.ts';
import type { OrderBy } from '../store/port.ts';
import { columnsFor, decodeRows } from './decode.ts';
import { domainFields } from './domain-describe.ts';
import type { OutRecord, SearchInput } from './environment.ts';
import { fieldNotAvailable } from './field-not-available.ts';
import { isOrderable, splitOrder } from './order.ts';
import {
  domainCondition,
  invalid,
  maxRecords,
  type RecordsContext,
  requireOperation,
  ruleFor,
  tellReached,
} from './records-context.ts';
import { requestedFields } from './requested-fields.ts';

/** The server's own work has no limit. */
const maxLimit = 10_000;
const maxOrderFields = 8;
const maxQueryLength = 500;
const maxQueryWords = 20;

/** Records that satisfy the domain and the query, within the caller's rules, and how many there are in all. */
export async function search(
  context: RecordsContext,
  input: SearchInput,
): Promise<{ records: OutRecord[]; total: number }> {
  requireOperation(context, 'read');
  const { model, parts } = context;
  const fields = requestedFields({ context, fields: input.fields, brief: true });
  const order = orderBy(context, input.order);
  const { limit = parts.principal.system ? undefined : maxRecords, offset = 0 } = input;
  if (limit !== undefined && !(isCount(limit) && (limit <= maxLimit || parts.principal.system))) {
    throw invalid('limit', `a whole number from 0 to ${maxLimit}`);
  }
  if (!isCount(offset)) throw invalid('offset', 'a whole number, 0 or more');
  // The rules first: what the caller asks must not cost anything for what they hide.
  const where = all(
    ruleFor(context, 'read'),
    domainCondition(context, input.domain),
    queryCondition(context, input.query),
  );
  const page = { order, ...(limit !== undefined && { limit }), offset };
  const rows =
    limit === 0
      ? []
      : await parts.store.find({ model: model.name, where, fields: columnsFor(context, fields), ...page });
  // A page that is not full is the last one, unless it is empty because it begins beyond the end.
  const isLast = (limit === undefined || rows.length < limit) && (rows.length > 0 || offset === 0);
  const total = isLast ? offset + rows.length : await parts.store.count({ model: model.name, where });
  tellReached(context, {
    operation: 'read',
    ids: rows.map(row => row.id),
    matched: total,
    fields: [...fields.map(([name]) => name), ...order.map(by => by.field), ...domainPaths(input.domain)],
  });
  return { records: await decodeRows({ context, rows, fields }), total };
}

/** How many records satisfy the domain, within the caller's rules. */
export async function count(context: RecordsContext, domain: unknown): Promise<number> {
  requireOperation(context, 'read');
  const where = all(ruleFor(context, 'read'), domainCondition(context, domain));
  const total = await context.parts.store.count({ model: context.model.name, where });
  tellReached(context, { operation: 'read', ids: [], count: total, fields: domainPaths(domain) });
  return total;
}

/** The fields that a domain names, dotted where they are those of related records. */
export function domainPaths(domain: unknown): string[] {
  return domainFields(domain).map(({ path }) => path);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** All words of the query, in the searchable fields that the caller may read. */
function queryCondition({ access, model }: RecordsContext, query: string | undefined): Condition {
  if (query === undefined) return always;
  if (typeof query !== 'string' || query.length > maxQueryLength) {
    throw invalid('query', `text of at most ${maxQueryLength} characters`);
  }
  const words = wordsOf(query);
  if (words.length > maxQueryWords) throw invalid('query', `at most ${maxQueryWords} words`);
  const fields = model.stored.fields.filter(field => field.searchable && access.fields.get(field.name)?.read);
  if (words.length === 0 || fields.length === 0) return never;
  return { kind: 'words', fields: fields.map(field => field.name), words };
}

/**
 * The order that the caller names, or else the model's own as far as the caller may read its fields: an order by a
 * hidden field would tell its values.
 */
function orderBy({ access, model }: RecordsContext, order: string | undefined): OrderBy[] {
  if (order === undefined) {
    const own = model.definition.order === undefined ? [] : splitOrder(model.definition.order);
    return own.flatMap(({ by }) => (by && access.fields.get(by.field)?.read ? by : []));
  }
  if (typeof order !== 'string') throw invalid('order', 'text such as "name, createdAt desc"');
  const terms = splitOrder(order);
  if (terms.length > maxOrderFields) throw invalid('order', `at most ${maxOrderFields} fields`);
  return terms.map(({ term, by }, index) => {
    const at = `order[${index}]`;
    if (!by) throw invalid(at, `a field with asc or desc, not "${term.slice(0, 100).toWellFormed()}"`);
    const field = model.fields.get(by.field);
    if (!field || !access.fields.get(by.field)?.read) {
      throw fieldNotAvailable({ model: model.name, path: by.field, at });
    }
    if (!isOrderable(field)) throw invalid(at, `a field that has an order; ${by.field} is ${field.kind}`);
    return by;
  });
}
