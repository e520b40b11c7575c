import { z } from 'zod';
import {
  all,
  equals,
  hasCode,
  oneOf,
  type Row,
  type Runtime,
  recordStamp,
  type WriteOperation,
} from '../../../src/index.ts';
import type { Holding } from './negotiate.ts';

const model = 'security.rate-share';
const chunk = 500;
const stored = z.array(
  z.object({
    instance: z.string(),
    share: z.int().min(0),
    wants: z.int().min(0),
    freeAt: z.number().nullable(),
  }),
);

/** The shares of one limit as they were when read. */
export interface ShareRow {
  readonly id: string;
  /** undefined: nothing is stored. */
  readonly stamp: string | undefined;
  readonly holdings: readonly Holding[];
}

export interface ShareChange {
  readonly row: ShareRow;
  readonly holdings: readonly Holding[];
}

/** Where shares are written down. Every method may throw STORE_UNAVAILABLE. */
export interface ShareLedger {
  /** One row an id, in their order. */
  read(ids: readonly string[]): Promise<ShareRow[]>;
  /** The rows in which somebody asks for more. */
  contended(): Promise<ShareRow[]>;
  /** Each change as a conditional update of its own. False: somebody has changed that row since, and nothing is written. */
  replace(changes: readonly ShareChange[]): Promise<boolean[]>;
}

/** The ledger in the store. A row without holdings is removed. */
export function createShareLedger(runtime: Runtime): ShareLedger {
  const { store } = runtime;

  async function insert({ row, holdings }: ShareChange): Promise<boolean> {
    const values = { id: row.id, ...fieldsOf(holdings), ...recordStamp(runtime) };
    try {
      await store.write([{ kind: 'insert', model, row: values }]);
      return true;
    } catch (thrown) {
      if (hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
      throw thrown;
    }
  }

  /** The stamp never comes again, so neither does a state that a belated update would fit. */
  function fieldsOf(holdings: readonly Holding[]) {
    const contended = holdings.some(({ wants }) => wants > 0);
    return { stamp: runtime.newId(), holdings: holdings.map(holding => ({ ...holding })), contended };
  }

  function updateOf({ row, holdings }: ShareChange): WriteOperation {
    const where = all(equals('id', row.id), equals('stamp', row.stamp ?? null));
    return holdings.length === 0
      ? { kind: 'remove', model, where }
      : { kind: 'update', model, where, set: fieldsOf(holdings) };
  }

  return {
    async read(ids) {
      const found = new Map<string, ShareRow>();
      for (let start = 0; start < ids.length; start += chunk) {
        const rows = await store.find({ model, where: oneOf('id', ids.slice(start, start + chunk)) });
        for (const row of rows) found.set(row.id, rowOf(row));
      }
      return ids.map(id => found.get(id) ?? { id, stamp: undefined, holdings: [] });
    },
    async contended() {
      return (await store.find({ model, where: equals('contended', true) })).map(rowOf);
    },
    async replace(changes) {
      const written = changes.map(() => false);
      const updates = [...changes.entries()].filter(([, { row }]) => row.stamp !== undefined);
      for (let start = 0; start < updates.length; start += chunk) {
        const some = updates.slice(start, start + chunk);
        const results = await store.write(
          some.map(([, change]) => updateOf(change)),
          { atomic: false },
        );
        for (const [place, [index]] of some.entries()) written[index] = results[place]?.matched === 1;
      }
      for (const [index, change] of changes.entries()) {
        if (change.row.stamp !== undefined) continue;
        written[index] = change.holdings.length === 0 || (await insert(change));
      }
      return written;
    },
  };
}

/** Throws where the document is not readable: a limit that cannot be counted must not be passed. */
function rowOf({ id, stamp, holdings }: Row): ShareRow {
  return { id, stamp: String(stamp), holdings: stored.parse(holdings) };
}
