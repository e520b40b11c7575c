import { all, type Condition, equals, oneOf } from '../store/condition.ts';
import { columnsFor, decodeRows } from './decode.ts';
import type { OutRecord } from './environment.ts';
import { notFound, plainIds, type RecordsContext, requireOperation, ruleFor, tellReached } from './records-context.ts';
import { requestedFields } from './requested-fields.ts';

/** Records by their ids, in that order; RECORD_NOT_FOUND for one that does not exist or may not be seen. */
export async function read(
  context: RecordsContext,
  ids: readonly string[],
  requested: readonly string[] | undefined,
): Promise<OutRecord[]> {
  requireOperation(context, 'read');
  const plain = plainIds(context, ids);
  const fields = requestedFields({ context, fields: requested, brief: false });
  const rows = await context.parts.store.find({
    model: context.model.name,
    where: all(named(plain), ruleFor(context, 'read')),
    fields: columnsFor(context, fields),
  });
  const ordered = inOrder({ context, ids: plain, rows });
  tellReached(context, { operation: 'read', ids: plain, fields: fields.map(([name]) => name) });
  return decodeRows({ context, rows: ordered, fields });
}

/** The condition that a record is one of these. */
export function named(ids: readonly string[]): Condition {
  const [only] = ids;
  return ids.length === 1 && only !== undefined ? equals('id', only) : oneOf('id', ids);
}

/** The rows in the order of the ids; RECORD_NOT_FOUND where one is missing. */
export function inOrder<R extends { readonly id: string }>(input: {
  context: RecordsContext;
  ids: readonly string[];
  rows: readonly R[];
}): R[] {
  const { context, ids, rows } = input;
  const byId = new Map(rows.map(row => [row.id, row]));
  const missing = ids.filter(id => !byId.has(id));
  if (missing.length > 0) throw notFound(context, missing);
  return ids.flatMap(id => byId.get(id) ?? []);
}
