import { GatehouseError } from '../../errors.ts';
import type { Terminal } from '../../plugin/scope.ts';
import { always } from '../../store/condition.ts';
import type { Store } from '../../store/port.ts';
import { cliErrors } from '../errors.ts';
import { type Comparison, compareModel, type Difference } from './compare-model.ts';
import { type Copy, copyModel } from './copy-model.ts';
import { readTimeLimit } from './row-pages.ts';

/** A comparison, and how many rows of it were copied this time. */
export interface Migrated extends Comparison {
  readonly copied: number;
}

/** From where to where, and which models. */
export interface Stores {
  readonly source: Store;
  readonly target: Store;
  /** The models, by name; both stores are opened with them. */
  readonly models: readonly string[];
  readonly terminal: Terminal;
}

/**
 * Copies every row from one store to the other, unchanged, and compares them then. Refused where the target has rows
 * that are no copies (MIGRATION_TARGET_IN_USE, before anything is written) and where the source changes meanwhile
 * (MIGRATION_SOURCE_CHANGED). Another failure while copying is a MIGRATION_CUT_SHORT: the same again goes on from there.
 */
export async function migrateStore(stores: Stores): Promise<Migrated[]> {
  const total = await countRows(stores, 'source');
  if (total === 0) {
    throw cliErrors.MIGRATION_SOURCE_INVALID({ message: `${stores.source.info.location} holds no records.` });
  }
  if ((await countRows(stores, 'target')) > 0) await checkTarget(stores, total);
  const copies = await copyAll(stores, total);
  const comparisons = await compareStores(stores, total);
  for (const { model, source } of comparisons) {
    if (copies.get(model)?.read.sha256 !== source.sha256) throw changed(stores.source, model);
  }
  return comparisons.map(comparison => ({ ...comparison, copied: copies.get(comparison.model)?.copied ?? 0 }));
}

/** Compares every model of two stores. */
export async function compareStores(stores: Stores, total?: number): Promise<Comparison[]> {
  return eachModel(
    { ...stores, label: 'Comparing', total: total ?? (await countRows(stores, 'source')) },
    compareModel,
  );
}

async function countRows({ models, ...stores }: Stores, side: 'source' | 'target'): Promise<number> {
  let rows = 0;
  for (const model of models) {
    rows += await stores[side].count({ model, where: always, timeLimit: readTimeLimit });
  }
  return rows;
}

/** What an interrupted run has left is a part of the source; anything else is not ours to write beside. */
async function checkTarget(stores: Stores, total: number): Promise<void> {
  const found = await eachModel({ ...stores, label: 'Looking at what is there', total }, compareModel);
  for (const { model, strange } of found) {
    if (!strange) continue;
    throw cliErrors.MIGRATION_TARGET_IN_USE({
      message: `${stores.target.info.location} holds other data: ${describeDifference(model, strange)} Nothing was copied.`,
    });
  }
}

async function copyAll(stores: Stores, total: number): Promise<Map<string, Copy>> {
  const { source } = stores;
  let hasChanged = false;
  const stop = source.watch(() => {
    hasChanged = true;
  });
  try {
    const copies = await eachModel({ ...stores, label: 'Copying', total }, async ({ model, onRows, ...both }) => {
      const copy = await copyModel({
        ...both,
        model,
        onPage(rows) {
          if (hasChanged) throw changed(source, model);
          onRows(rows);
        },
      });
      return [model, copy] as const;
    });
    return new Map(copies);
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError) || thrown.code === cliErrors.MIGRATION_SOURCE_CHANGED.code) throw thrown;
    throw cliErrors.MIGRATION_CUT_SHORT({
      message: `The copying stopped before its end: ${thrown.publicMessage}`,
      ...(thrown.detail && { detail: thrown.detail }),
      cause: thrown,
    });
  } finally {
    stop();
  }
}

/** One model after the other, with one bar for all of them. */
async function eachModel<T>(
  input: Stores & { label: string; total: number },
  work: (model: { source: Store; target: Store; model: string; onRows: (rows: number) => void }) => Promise<T>,
): Promise<T[]> {
  const { source, target, models, terminal, label, total } = input;
  const progress = terminal.progress(`${label} (records)`, total);
  const results: T[] = [];
  let before = 0;
  for (const model of models) {
    let here = 0;
    const onRows = (rows: number) => {
      here = rows;
      progress.step(before + rows);
    };
    results.push(await work({ source, target, model, onRows }));
    before += here;
  }
  progress.end();
  return results;
}

function changed(source: Store, model: string): GatehouseError {
  return cliErrors.MIGRATION_SOURCE_CHANGED({
    message: `${source.info.location} was written to while ${model} was copied, so the copy is not whole.`,
  });
}

/** One sentence, for people. */
export function describeDifference(model: string, { id, kind }: Difference): string {
  const sentence = {
    missing: 'is not in the target.',
    foreign: 'is in the target alone.',
    altered: 'is another in the target.',
  };
  return `${model} ${id} ${sentence[kind]}`;
}
