import { isDeepStrictEqual } from 'node:util';
import { all, equals, isAlways } from '../store/condition.ts';
import type { Row, StoredValue } from '../store/port.ts';
import { referenceFaults } from './check-references.ts';
import { asCallersError, hiddenConflict, uniqueFaults } from './check-unique.ts';
import { checkValues, type StoredValues } from './check-values.ts';
import { decodeRows, type NamedField } from './decode.ts';
import type { Change, OutRecord, WriteInput } from './environment.ts';
import { type FieldFault, valuesRefused } from './field-faults.ts';
import { formatPublicId } from './public-id.ts';
import { readForChange } from './read-for-change.ts';
import { requireRule } from './record-rules.ts';
import { changeStamp } from './record-stamp.ts';
import { plainIds, type RecordsContext, requireOperation, ruleFor, tellReached, tellShown } from './records-context.ts';
import { shownRecords } from './relation-values.ts';
import { retryConflict } from './retry-conflict.ts';
import { writeBatch } from './write-batch.ts';

interface WriteRequest extends WriteInput {
  readonly ids: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Sets the same values on all of these records, or on none. The records are written only if they are still as they were
 * when they were checked: the version and the caller's rules are part of the update. Where they are not, everything is
 * checked once more; a second time it is STORE_CONFLICT. A dry run answers as the write would, the new version included.
 */
export async function write(context: RecordsContext, request: WriteRequest): Promise<Change[]> {
  requireOperation(context, 'write');
  const ids = plainIds(context, request.ids);
  if (ids.length === 0) return [];
  return retryConflict(() => attempt(context, { ...request, ids }));
}

async function attempt(context: RecordsContext, request: WriteRequest): Promise<Change[]> {
  const { ids, values, versions, dryRun = false } = request;
  const { model, parts } = context;
  const before = await readForChange({ context, ids, operation: 'write', versions });
  const set = await checkedSet({ context, values, ids });
  const merged = await keepHiddenIds({ context, set, rows: before });
  const stamp = changeStamp(parts, parts.principal.user.login);
  const sets = merged.map(own => ({ ...own, ...stamp }));
  const planned = before.map((row, index): Row => ({ ...row, ...sets[index], version: row.version + 1 }));
  await requireRule({
    context,
    rule: context.access.rule('write'),
    rows: planned,
    nameOf: row => formatPublicId(model.name, row.id),
  });
  const after = dryRun ? planned : await update({ context, before, sets });
  const fields = Object.keys(set);
  if (dryRun) tellShown(context, { ids, fields });
  else {
    tellReached(context, { operation: 'write', ids, fields });
    parts.onChange?.({ model: model.name, operation: 'write', ids, principal: parts.principal });
  }
  return changesBetween({ context, before, after, changed: new Set(fields) });
}

/** The values as they are stored; everything that is wrong with them is one error. */
async function checkedSet(input: {
  context: RecordsContext;
  values: Readonly<Record<string, unknown>>;
  ids: readonly string[];
}): Promise<StoredValues> {
  const { context, values, ids } = input;
  const checked = checkValues({ context, values, record: 0 });
  const faults: FieldFault[] = [...checked.faults];
  const unique = await uniqueFaults({ context, checked: [checked], except: ids });
  faults.push(...unique.faults, ...(await referenceFaults(context, [checked])));
  if (faults.length > 0) throw valuesRefused(faults, 1);
  if (unique.isHidden) throw hiddenConflict();
  return checked.set;
}

/** A list of references replaces what the caller sees of it; references to records hidden from the caller stay. */
async function keepHiddenIds(input: {
  context: RecordsContext;
  set: StoredValues;
  rows: readonly Row[];
}): Promise<StoredValues[]> {
  const { context, set, rows } = input;
  const sets: Record<string, StoredValue>[] = rows.map(() => ({ ...set }));
  for (const [name, given] of Object.entries(set)) {
    const field = context.model.fields.get(name);
    if (field?.kind !== 'many2many' || !Array.isArray(given)) continue;
    const rule = context.accessOf(field.to)?.rule('read');
    if (rule && isAlways(rule)) continue;
    const held = new Set(rows.flatMap(row => idsIn(row[name])));
    const seen = await shownRecords({ context, model: field.to, ids: held });
    for (const [index, row] of rows.entries()) {
      const hidden = idsIn(row[name]).filter(id => !seen.has(id));
      const own = sets[index];
      if (own) own[name] = [...given, ...hidden];
    }
  }
  return sets;
}

function idsIn(value: StoredValue | undefined): string[] {
  return Array.isArray(value) ? value.filter(id => typeof id === 'string') : [];
}

async function update(input: {
  context: RecordsContext;
  before: readonly Row[];
  sets: readonly StoredValues[];
}): Promise<Row[]> {
  const { context, before, sets } = input;
  const rule = ruleFor(context, 'write');
  const model = context.model.name;
  try {
    const results = await writeBatch({
      context,
      operations: before.map(({ id, version }, index) => ({
        kind: 'update',
        model,
        where: all(equals('id', id), equals('version', version), rule),
        set: sets[index] ?? {},
        expect: 1,
      })),
      changes: [{ model, operation: 'write', records: before.map(written), principal: context.parts.principal }],
    });
    return results.flatMap(({ rows }) => rows);
  } catch (error) {
    throw asCallersError(context, error);
  }
}

/** A record as a change leaves it behind. */
function written({ id, version }: Row): { id: string; version: number } {
  return { id, version: version + 1 };
}

/** Old and new value of what the caller may read among the fields set, and of what is computed from them. */
async function changesBetween(input: {
  context: RecordsContext;
  before: readonly Row[];
  after: readonly Row[];
  changed: ReadonlySet<string>;
}): Promise<Change[]> {
  const { context, before, after, changed } = input;
  const fields: NamedField[] = context.access.fullFields.filter(
    ([name, field]) =>
      changed.has(name) || (field.kind === 'computed' && field.from.some(source => changed.has(source))),
  );
  const [old, fresh] = await Promise.all([
    decodeRows({ context, rows: before, fields }),
    decodeRows({ context, rows: after, fields }),
  ]);
  return fresh.map((record, index) => ({
    id: record.id,
    title: record.title,
    version: record.version,
    changes: differences(old[index], record),
  }));
}

function differences(old: OutRecord | undefined, fresh: OutRecord): Change['changes'] {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const [name, to] of Object.entries(fresh.values)) {
    const from = old?.values[name];
    if (!isDeepStrictEqual(from, to)) changes[name] = { from, to };
  }
  return changes;
}
