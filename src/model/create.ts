import { kernelErrors } from '../errors.ts';
import { all, isAlways } from '../store/condition.ts';
import type { Row } from '../store/port.ts';
import { referenceFaults } from './check-references.ts';
import { asCallersError, hiddenConflict, uniqueFaults } from './check-unique.ts';
import { type CheckedValues, checkValues } from './check-values.ts';
import { bareRecord, decodeRows } from './decode.ts';
import type { OutRecord, WriteInput } from './environment.ts';
import { type FieldFault, positionOf, valuesRefused } from './field-faults.ts';
import { newRow } from './new-row.ts';
import { plainIdIn } from './public-id.ts';
import { named } from './read.ts';
import { requireRule, satisfies } from './record-rules.ts';
import { recordStamp } from './record-stamp.ts';
import { invalid, maxRecords, type RecordsContext, requireOperation, tellReached } from './records-context.ts';
import { writeBatch } from './write-batch.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Stores new records, all or none. Everything that is wrong with them is reported at once. A dry run makes the same
 * checks and answers with the records as they would be, under ids that nothing has.
 */
export async function create(
  context: RecordsContext,
  values: readonly Values[],
  { dryRun = false }: WriteInput,
): Promise<OutRecord[]> {
  requireOperation(context, 'create');
  if (!Array.isArray(values)) throw invalid('values', 'a list of records');
  if (values.length > maxRecords && !context.parts.principal.system) {
    throw invalid('values', `at most ${maxRecords} records`);
  }
  if (values.length === 0) return [];
  const rows = await checkedRows(context, values);
  await requireRule({
    context,
    rule: context.access.rule('create'),
    rows,
    nameOf: (_, index) => (rows.length > 1 ? positionOf(index) : 'the record'),
  });
  const stored = dryRun ? rows : await insert(context, rows);
  if (!dryRun) {
    const ids = stored.map(row => row.id);
    tellReached(context, { operation: 'create', ids, fields: values.flatMap(given => Object.keys(given)) });
    const { onChange, principal } = context.parts;
    onChange?.({ model: context.model.name, operation: 'create', ids, principal });
  }
  return shown({ context, rows: stored, dryRun });
}

/** Complete rows; everything that is wrong with any of them is one error. */
async function checkedRows(context: RecordsContext, values: readonly Values[]): Promise<Row[]> {
  const stamp = recordStamp(context.parts, context.parts.principal.user.login);
  const faults: FieldFault[] = [];
  const checked: CheckedValues[] = [];
  const rows: Row[] = [];
  let isBlocked = false;
  for (const [record, given] of values.entries()) {
    const own = ownId({ context, given, record });
    const one = checkValues({ context, values: own.values, record });
    const faulty = new Set(one.faults.map(({ field }) => field));
    const made = newRow({ context, id: own.id, set: one.set, record, stamp, faulty });
    checked.push({ set: made.row, faults: [] });
    rows.push(made.row);
    faults.push(...own.faults, ...one.faults, ...made.faults);
    isBlocked ||= made.isBlocked;
  }
  const unique = await uniqueFaults({ context, checked, except: [] });
  faults.push(...unique.faults, ...(await referenceFaults(context, setOnly(checked, values))));
  if (faults.length > 0) throw valuesRefused(faults, values.length);
  if (isBlocked) {
    throw kernelErrors.OPERATION_NOT_ALLOWED({
      message: `You may not create records of ${context.model.name}: they need a value that is not yours to set.`,
      data: { model: context.model.name, operation: 'create' },
    });
  }
  if (unique.isHidden) throw hiddenConflict();
  return rows;
}

/** Without what defaults have filled in: those are the server's, and the caller need not see what they refer to. */
function setOnly(checked: readonly CheckedValues[], values: readonly Values[]): CheckedValues[] {
  return checked.map(({ set }, index) => ({
    set: Object.fromEntries(Object.entries(set).filter(([name]) => Object.hasOwn(values[index] ?? {}, name))),
    faults: [],
  }));
}

/** The server's own work may bring ids, so that what it does twice is stored once. Everyone else gets a new one. */
function ownId({ context, given, record }: { context: RecordsContext; given: Values; record: number }): {
  id: string;
  values: Values;
  faults: FieldFault[];
} {
  const { principal, newId } = context.parts;
  if (!principal.system || !Object.hasOwn(given, 'id')) return { id: newId(), values: given, faults: [] };
  const { id: wanted, ...values } = given;
  const id = plainIdIn(context.model.name, wanted);
  if (id !== undefined) return { id, values, faults: [] };
  const fault = { record, field: 'id', message: 'The value does not fit.', expected: 'an id of 24 hex digits' };
  return { id: newId(), values, faults: [fault] };
}

async function insert(context: RecordsContext, rows: readonly Row[]): Promise<Row[]> {
  const model = context.model.name;
  try {
    await writeBatch({
      context,
      operations: rows.map(row => ({ kind: 'insert', model, row })),
      changes: [{ model, operation: 'create', records: rows, principal: context.parts.principal }],
    });
  } catch (error) {
    throw asCallersError(context, error);
  }
  return [...rows];
}

/** What the caller may see of its new records: of one that its rules hide, the id alone. */
async function shown(input: { context: RecordsContext; rows: readonly Row[]; dryRun: boolean }): Promise<OutRecord[]> {
  const { context, rows, dryRun } = input;
  const rule = context.access.rule('read');
  const seen = new Set<string>();
  if (isAlways(rule)) for (const row of rows) seen.add(row.id);
  else if (dryRun) for (const row of rows) (await satisfies({ context, rule, row })) && seen.add(row.id);
  else {
    const where = all(named(rows.map(row => row.id)), rule);
    const found = await context.parts.store.find({ model: context.model.name, where, fields: [] });
    for (const row of found) seen.add(row.id);
  }
  const fields = context.access.fullFields;
  const decoded = await decodeRows({ context, rows: rows.filter(row => seen.has(row.id)), fields });
  const byPlainId = new Map(decoded.map(record => [plainIdIn(context.model.name, record.id), record]));
  return rows.map(row => byPlainId.get(row.id) ?? bareRecord({ context, row: { id: row.id, version: row.version } }));
}
