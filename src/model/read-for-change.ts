import { kernelErrors } from '../errors.ts';
import { all } from '../store/condition.ts';
import type { Row } from '../store/port.ts';
import { formatPublicId, plainIdIn } from './public-id.ts';
import { inOrder, named } from './read.ts';
import { mayNotChange } from './record-rules.ts';
import { invalid, type RecordsContext, ruleFor } from './records-context.ts';

/**
 * Whole rows in the order of `ids`, for changing or deleting them. RECORD_NOT_FOUND for those that the caller may not
 * see; RULE_VIOLATED for those that it sees but whose rules for the operation do not hold; RECORD_CHANGED where the
 * version that the caller saw last is another one.
 */
export async function readForChange(input: {
  context: RecordsContext;
  ids: readonly string[];
  operation: 'write' | 'delete';
  versions: Readonly<Record<string, number>> | undefined;
}): Promise<Row[]> {
  const { context, ids, operation, versions = {} } = input;
  const { parts, model } = context;
  const seen = lastSeen({ context, ids, versions });
  const rows = await parts.store.find({ model: model.name, where: all(named(ids), ruleFor(context, operation)) });
  if (rows.length < ids.length) {
    const visible = await parts.store.find({
      model: model.name,
      where: all(named(ids), ruleFor(context, 'read')),
      fields: [],
    });
    inOrder({ context, ids, rows: visible });
    const changeable = new Set(rows.map(row => row.id));
    throw mayNotChange(
      context,
      ids.filter(id => !changeable.has(id)),
    );
  }
  const ordered = inOrder({ context, ids, rows });
  for (const { id, version } of ordered) {
    const expected = seen.get(id);
    if (expected === undefined || expected === version) continue;
    const publicId = formatPublicId(model.name, id);
    throw kernelErrors.RECORD_CHANGED({
      message: `${publicId} was changed in between: you saw version ${expected}, it is now version ${version}.`,
      data: { id: publicId, expected, actual: version },
    });
  }
  return ordered;
}

function lastSeen(input: {
  context: RecordsContext;
  ids: readonly string[];
  versions: Readonly<Record<string, number>>;
}): Map<string, number> {
  const { context, ids, versions } = input;
  const seen = new Map<string, number>();
  if (typeof versions !== 'object' || versions === null) throw invalid('versions', 'an object of versions by id');
  for (const [given, version] of Object.entries(versions)) {
    const id = plainIdIn(context.model.name, given);
    if (id === undefined || !ids.includes(id)) throw invalid('versions', 'versions of the records named in ids');
    if (!Number.isSafeInteger(version)) throw invalid('versions', 'a whole number for every record');
    seen.set(id, version);
  }
  return seen;
}
