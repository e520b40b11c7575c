import { hash } from 'node:crypto';
import { kernelErrors } from '../errors.ts';
import { all, type Condition, oneOf } from '../store/condition.ts';
import type { Row, StoredValue } from '../store/port.ts';
import { named } from './read.ts';
import { type RecordsContext, ruleFor } from './records-context.ts';
import type { Reference } from './registry.ts';

/** What a deletion does to the store. */
export interface Deletion {
  /** The records named first, then those that go with them. */
  readonly removed: readonly { readonly model: string; readonly row: Row }[];
  /** Records that lose references, each once. */
  readonly cleared: readonly {
    readonly model: string;
    readonly row: Row;
    readonly set: Readonly<Record<string, StoredValue>>;
  }[];
  /** How many of those that go along the caller may see, and see why. */
  readonly visiblyRemoved: number;
  /** The same of the cleared ones. */
  readonly visiblyCleared: number;
  /**
   * Stands for all records that the caller knows to be removed or cleared, each in its version: the same text means the
   * same deletion.
   */
  readonly fingerprint: string;
}

/** Records that one deletion may reach. */
const maxReach = 10_000;

interface Referrer {
  readonly reference: Reference;
  readonly row: Row;
}

/**
 * Follows all references to the records, whoever may see them. RECORD_IN_USE where one forbids the deletion, or would
 * take a record along that the caller may not delete; it names only models whose referring records the caller may see, and
 * see why.
 */
export async function planDeletion(input: { context: RecordsContext; rows: readonly Row[] }): Promise<Deletion> {
  const { context, rows } = input;
  const removed = new Map<string, { model: string; row: Row }>();
  const referrers: Referrer[] = [];
  for (const row of rows) removed.set(keyOf(context.model.name, row.id), { model: context.model.name, row });
  let front = [{ model: context.model.name, ids: rows.map(row => row.id) }];
  while (front.length > 0) {
    const found = (await Promise.all(front.map(part => referrersOf({ context, ...part })))).flat();
    referrers.push(...found);
    const next = new Map<string, string[]>();
    for (const { reference, row } of found) {
      const key = keyOf(reference.model, row.id);
      if (reference.onDelete !== 'cascade' || removed.has(key)) continue;
      removed.set(key, { model: reference.model, row });
      next.set(reference.model, [...(next.get(reference.model) ?? []), row.id]);
    }
    // Of how many, not a word: the caller may not see them all.
    if (removed.size + referrers.length > maxReach) throw inUse('');
    front = [...next].map(([model, ids]) => ({ model, ids }));
  }
  const left = referrers.filter(({ reference, row }) => !removed.has(keyOf(reference.model, row.id)));
  const restricting = left.filter(({ reference }) => reference.onDelete === 'restrict');
  const blocking = [...restricting, ...(await undeletable({ context, referrers, rows }))];
  const seen = seenFrom({ context, rows, removed, visible: await visibleOf(context, referrers) });
  if (blocking.length > 0) throw inUse(describe(blocking.filter(referrer => seen.has(referrer))));
  const known = new Map(rows.map(row => [keyOf(context.model.name, row.id), row]));
  for (const { reference, row } of seen) known.set(keyOf(reference.model, row.id), row);
  const knownRemoved = [...known.keys()].filter(key => removed.has(key));
  return {
    removed: [...removed.values()],
    cleared: clearedRows(left, removed),
    visiblyRemoved: knownRemoved.length - rows.length,
    visiblyCleared: known.size - knownRemoved.length,
    fingerprint: fingerprint(
      Array.from(known, ([key, { version }]) => `${removed.has(key) ? 'removed' : 'cleared'} ${key} ${version}`),
    ),
  };
}

function fingerprint(parts: readonly string[]): string {
  return hash('sha256', parts.toSorted().join('\n'));
}

function keyOf(model: string, id: string): string {
  return `${model}/${id}`;
}

/** The records that refer to these, whoever may see them. */
async function referrersOf(input: {
  context: RecordsContext;
  model: string;
  ids: readonly string[];
}): Promise<Referrer[]> {
  const { context, model, ids } = input;
  const { registry, store } = context.parts;
  const found = await Promise.all(
    (registry.get(model)?.referencedBy ?? []).map(async reference => {
      const { field, many } = reference;
      const where: Condition = many ? { kind: 'has', field, ids } : oneOf(field, ids);
      const rows = await store.find({ model: reference.model, where, fields: [field], limit: maxReach + 1 });
      return rows.map(row => ({ reference, row }));
    }),
  );
  return found.flat();
}

/** Those that would go along but that the caller may not delete. */
async function undeletable(input: {
  context: RecordsContext;
  referrers: readonly Referrer[];
  rows: readonly Row[];
}): Promise<Referrer[]> {
  const { context, referrers, rows } = input;
  const named = new Set(rows.map(row => keyOf(context.model.name, row.id)));
  const along = referrers.filter(
    ({ reference, row }) => reference.onDelete === 'cascade' && !named.has(keyOf(reference.model, row.id)),
  );
  return without(along, await permitted({ context, referrers: along, operation: 'delete' }));
}

/** Those that the caller may see, and see that they refer to something. */
function visibleOf(context: RecordsContext, referrers: readonly Referrer[]): Promise<Referrer[]> {
  const readable = referrers.filter(
    ({ reference }) => context.accessOf(reference.model)?.fields.get(reference.field)?.read,
  );
  return permitted({ context, referrers: readable, operation: 'read' });
}

/**
 * Of those that are visible, the ones of which the caller also sees that they are reached: through references that it sees
 * all the way from the records that it has named.
 */
function seenFrom(input: {
  context: RecordsContext;
  rows: readonly Row[];
  removed: ReadonlyMap<string, unknown>;
  visible: readonly Referrer[];
}): ReadonlySet<Referrer> {
  const { context, rows, removed, visible } = input;
  const seen = new Set<Referrer>();
  const byTarget = new Map<string, Referrer[]>();
  for (const referrer of visible) {
    for (const key of targetsOf(referrer)) {
      const known = byTarget.get(key);
      if (known) known.push(referrer);
      else byTarget.set(key, [referrer]);
    }
  }
  const reached = new Set(rows.map(row => keyOf(context.model.name, row.id)));
  // A set goes on with what is added to it meanwhile.
  for (const key of reached) {
    for (const referrer of byTarget.get(key) ?? []) {
      seen.add(referrer);
      const its = keyOf(referrer.reference.model, referrer.row.id);
      if (removed.has(its)) reached.add(its);
    }
  }
  return seen;
}

/** The records that it refers to. */
function targetsOf({ reference, row }: Referrer): string[] {
  const value = row[reference.field];
  return (Array.isArray(value) ? value : [value]).map(id => keyOf(reference.to, String(id)));
}

/** Those whose model and rules allow the operation to the caller; one query a model. */
async function permitted(input: {
  context: RecordsContext;
  referrers: readonly Referrer[];
  operation: 'read' | 'delete';
}): Promise<Referrer[]> {
  const { context, referrers, operation } = input;
  const byModel = Map.groupBy(referrers, ({ reference }) => reference.model);
  const found = await Promise.all(
    [...byModel].map(async ([model, some]) => {
      const access = context.accessOf(model);
      if (!access?.operations.has(operation)) return [];
      const where = all(named(some.map(({ row }) => row.id)), ruleFor({ ...context, access }, operation));
      const rows = await context.parts.store.find({ model, where, fields: [] });
      const ids = new Set(rows.map(row => row.id));
      return some.filter(({ row }) => ids.has(row.id));
    }),
  );
  return found.flat();
}

function without(referrers: readonly Referrer[], others: readonly Referrer[]): Referrer[] {
  const taken = new Set(others);
  return referrers.filter(referrer => !taken.has(referrer));
}

/** What each remaining record loses, all its references together. */
function clearedRows(left: readonly Referrer[], removed: ReadonlyMap<string, unknown>): Deletion['cleared'] {
  const cleared = new Map<string, { model: string; row: Row; set: Record<string, StoredValue> }>();
  for (const { reference, row } of left) {
    const { model, field, many } = reference;
    const key = keyOf(model, row.id);
    const entry = cleared.get(key) ?? { model, row, set: {} };
    const value = row[field];
    const target = reference.to;
    entry.set[field] =
      many && Array.isArray(value) ? value.filter(id => !removed.has(keyOf(target, String(id)))) : null;
    cleared.set(key, entry);
  }
  return [...cleared.values()];
}

/** Names the models of these, and how many there are of each. */
function describe(referrers: readonly Referrer[]): string {
  const byModel = Map.groupBy(referrers, ({ reference }) => reference.model);
  const models = [...byModel].map(([model, some]) => `${model} (${new Set(some.map(({ row }) => row.id)).size})`);
  return models.length > 0 ? `Other records refer to it: ${models.join(', ')}.` : '';
}

function inUse(message: string): Error {
  return kernelErrors.RECORD_IN_USE(message === '' ? {} : { message: `${message} Nothing was deleted.` });
}
