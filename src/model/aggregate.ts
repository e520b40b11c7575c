import { all, type Condition, type Scalar } from '../store/condition.ts';
import type { AggregateRow } from '../store/port.ts';
import { type Group, type Measure, parseGroupBy, parseMeasures } from './aggregate-arguments.ts';
import { decodeValue } from './decode.ts';
import type { AggregateInput } from './environment.ts';
import { type Branch, branchesOf } from './group-branches.ts';
import { fromSmallestUnit } from './money.ts';
import {
  domainCondition,
  invalid,
  maxRecords,
  type RecordsContext,
  requireOperation,
  ruleFor,
  tellReached,
} from './records-context.ts';
import { type Shown, shownRecords } from './relation-values.ts';
import { domainPaths } from './search.ts';

/** Groups that one answer may skip and hold. */
const maxWindow = 10_000;

/** One group before it is decoded: a key for each of `groupBy`, and the figures. */
interface GroupRow {
  readonly keys: readonly Scalar[];
  readonly values: AggregateRow['values'];
}

/**
 * Figures over the records that satisfy the domain, within the caller's rules, one entry a group, ordered by the keys
 * with missing values first. A reference to a record that the caller may not see counts as a missing value, and a
 * boolean that was never set as false. Without `groupBy`: one entry over everything.
 */
export async function aggregate(
  context: RecordsContext,
  input: AggregateInput,
): Promise<{ groups: Record<string, unknown>[] }> {
  requireOperation(context, 'read');
  const groups = parseGroupBy(context, input.groupBy ?? []);
  const measures = parseMeasures(context, input.measures ?? ['count']);
  const keys = [...groups, ...measures].map(({ key }) => key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) throw invalid('measures', `every group and measure once; ${repeated} comes twice`);
  const { limit = maxRecords, offset = 0 } = input;
  const isWindow = [limit, offset].every(part => Number.isSafeInteger(part) && part >= 0);
  if (!isWindow || limit + offset > maxWindow)
    throw invalid('limit', `limit and offset of at most ${maxWindow} together`);

  const where = all(ruleFor(context, 'read'), domainCondition(context, input.domain));
  const branches = branchesOf({ groups, accessOf: context.accessOf });
  // Over everything there is one entry, whatever the window.
  const window = groups.length === 0 ? 1 : limit + offset;
  const found = await Promise.all(
    window === 0 ? [] : branches.map(branch => queryBranch({ context, branch, measures, where, window })),
  );
  const rows = branches.length === 1 ? found.flat() : found.flat().sort(byKeys);
  const page = groups.length === 0 ? [rows[0] ?? emptyRow(measures)] : rows.slice(offset, offset + limit);
  tellReached(context, {
    operation: 'read',
    ids: [],
    count: page.length,
    fields: [...[...groups, ...measures].flatMap(({ name }) => name ?? []), ...domainPaths(input.domain)],
  });
  return { groups: await decodeGroups({ context, groups, measures, rows: page }) };
}

/** One of the queries that together give all groups; see `branchesOf`. */
async function queryBranch(input: {
  context: RecordsContext;
  branch: Branch;
  measures: readonly Measure[];
  where: Condition;
  window: number;
}): Promise<GroupRow[]> {
  const { context, branch, measures, where, window } = input;
  const grouped = branch.parts.flatMap(part => ('group' in part ? part.group : []));
  const rows = await context.parts.store.aggregate({
    model: context.model.name,
    where: all(where, branch.where),
    groupBy: grouped.map(({ name, unit }) => ({ field: name, ...(unit && { unit }) })),
    // The number of records tells a group from nothing at all, where no key is left to group by.
    measures: [
      { operator: 'count' },
      ...measures.map(({ operator, name }) => ({ operator, ...(name && { field: name }) })),
    ],
    limit: window,
  });
  return rows.flatMap(({ keys, values: [size, ...values] }) => {
    if (size === 0) return [];
    const left = [...keys];
    return { keys: branch.parts.map(part => ('group' in part ? (left.shift() ?? null) : part.key)), values };
  });
}

function emptyRow(measures: readonly Measure[]): GroupRow {
  return { keys: [], values: measures.map(({ operator }) => (operator === 'count' || operator === 'sum' ? 0 : null)) };
}

/** The order of the stores: missing first, numbers by size, text by code point, false before true. */
function byKeys(one: GroupRow, other: GroupRow): number {
  for (const [index, key] of one.keys.entries()) {
    const difference = compareKeys(key, other.keys[index] ?? null);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareKeys(one: Scalar, other: Scalar): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  if (typeof one === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return Number(one) - Number(other);
}

async function decodeGroups(input: {
  context: RecordsContext;
  groups: readonly Group[];
  measures: readonly Measure[];
  rows: readonly GroupRow[];
}): Promise<Record<string, unknown>[]> {
  const { context, groups, measures, rows } = input;
  const shown = await Promise.all(
    groups.map(({ field }, index): Promise<ReadonlyMap<string, Shown>> | ReadonlyMap<string, Shown> => {
      if (field.kind !== 'many2one') return new Map();
      const ids = rows.map(({ keys }) => keys[index]).filter(key => typeof key === 'string');
      return shownRecords({ context, model: field.to, ids: new Set(ids) });
    }),
  );
  return rows.map(({ keys, values }) => {
    const entry: Record<string, unknown> = {};
    for (const [index, { key, field }] of groups.entries()) {
      const value = keys[index] ?? null;
      entry[key] = field.kind === 'many2one' ? (shown[index]?.get(String(value)) ?? null) : decodeValue(field, value);
    }
    for (const [index, { key, field }] of measures.entries()) {
      const value = values[index] ?? null;
      entry[key] =
        field?.kind === 'monetary' && typeof value === 'number' ? fromSmallestUnit(value, field.decimals) : value;
    }
    return entry;
  });
}
