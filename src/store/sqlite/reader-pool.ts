import { LRUCache } from 'lru-cache';
import { hasCode } from '../../errors.ts';
import type { Statement } from './find.ts';
import type { PointReader } from './point-reader.ts';
import { type ReaderLaneOptions, readerLane } from './reader-lane.ts';
import { cacheLimits } from './statement-cache.ts';
import type { SqlValue } from './values.ts';

/*
 * Two lanes, so that slow queries never delay quick ones:
 *
 *   SQLite's plan uses indexes only → quick lane ── more than 50 ms → slow lane
 *   it scans or sorts a table       → slow lane
 */
export interface ReaderPool {
  /** `limit`: ms, waiting included; past it QUERY_TIMEOUT. `asker`: see the port. */
  run(statement: Statement, limit: number, asker?: string): Promise<SqlValue[][]>;
  close(): Promise<void>;
}

export type ReaderPoolOptions = Omit<ReaderLaneOptions, 'threads'> & { readonly planner: PointReader };

const threadsPerLane = 2;
/** ms that a query may hold up the quick lane. */
const patience = 50;
/** ms for which a statement that held it up goes to the slow lane at once. */
const memory = 30_000;

export function readerPool({ planner, ...options }: ReaderPoolOptions): ReaderPool {
  const quick = readerLane({ ...options, threads: threadsPerLane });
  const slow = readerLane({ ...options, threads: threadsPerLane });
  const isQuick = new LRUCache<string, boolean>(cacheLimits);
  const wasSlow = new LRUCache<string, number>(cacheLimits);

  function looksQuick({ sql, params, isUnfiltered = false }: Statement): boolean {
    const known = isQuick.get(sql);
    if (known !== undefined) return known;
    const steps = planner.rows({ sql: `EXPLAIN QUERY PLAN ${sql}`, params });
    const found = steps.every(step => isQuickStep(String(step[3]), isUnfiltered));
    isQuick.set(sql, found);
    return found;
  }

  function seemsQuick(statement: Statement): boolean {
    const since = wasSlow.get(statement.sql);
    return (since === undefined || options.now() - since > memory) && looksQuick(statement);
  }

  return {
    async run(statement, limit, asker) {
      if (!seemsQuick(statement)) return slow.run(statement, { limit, asker });
      const end = options.now() + limit;
      try {
        return await quick.run(statement, { limit, patience });
      } catch (error) {
        const rest = end - options.now();
        if (!hasCode(error, 'QUERY_TIMEOUT') || rest <= 0) throw error;
        wasSlow.set(statement.sql, options.now());
        return slow.run(statement, { limit: rest, asker });
      }
    },
    async close() {
      await Promise.all([quick.close(), slow.close()]);
    },
  };
}

/**
 * A step of EXPLAIN QUERY PLAN. To look up, or to read a list of values or the word index, is quick as far as anyone can
 * tell beforehand. To read a whole table is not, unless nothing is skipped on the way to the limit.
 */
function isQuickStep(step: string, isUnfiltered: boolean): boolean {
  if (step.startsWith('USE TEMP B-TREE')) return !isUnfiltered && !step.includes('GROUP BY');
  if (!step.startsWith('SCAN ') || step.includes(' VIRTUAL TABLE ')) return true;
  return isUnfiltered && / USING (COVERING )?INDEX /.test(step);
}
