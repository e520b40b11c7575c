import { LRUCache } from 'lru-cache';
import { hasCode } from '../../errors.ts';
import type { Statement } from './find.ts';
import type { PointReader } from './point-reader.ts';
import { type ReaderLaneOptions, readerLane } from './reader-lane.ts';
import type { SqlValue } from './values.ts';

/*
 * Two lanes, so that slow queries never delay quick ones:
 *
 *   SQLite's plan uses indexes only → quick lane ── more than 50 ms → slow lane
 *   it scans or sorts a table       → slow lane
 */
export interface ReaderPool {
  /** `limit`: ms, waiting included; past it QUERY_TIMEOUT. */
  run(statement: Statement, limit: number): Promise<SqlValue[][]>;
  close(): Promise<void>;
}

export type ReaderPoolOptions = Omit<ReaderLaneOptions, 'threads'> & { readonly planner: PointReader };

const threadsPerLane = 2;
/** ms that a query may hold up the quick lane. */
const patience = 50;
/** ms for which a statement that held it up goes to the slow lane at once. */
const memory = 30_000;
const kept = 1_000;

export function readerPool({ planner, ...options }: ReaderPoolOptions): ReaderPool {
  const quick = readerLane({ ...options, threads: threadsPerLane });
  const slow = readerLane({ ...options, threads: threadsPerLane });
  const isQuick = new LRUCache<string, boolean>({ max: kept });
  const wasSlow = new LRUCache<string, number>({ max: kept });

  function looksQuick({ sql, params }: Statement): boolean {
    const known = isQuick.get(sql);
    if (known !== undefined) return known;
    const steps = planner.rows({ sql: `EXPLAIN QUERY PLAN ${sql}`, params });
    const found = steps.every(step => isQuickStep(String(step[3])));
    isQuick.set(sql, found);
    return found;
  }

  function seemsQuick(statement: Statement): boolean {
    const since = wasSlow.get(statement.sql);
    return (since === undefined || options.now() - since > memory) && looksQuick(statement);
  }

  return {
    async run(statement, limit) {
      if (!seemsQuick(statement)) return slow.run(statement, { limit });
      const end = options.now() + limit;
      try {
        return await quick.run(statement, { limit, patience });
      } catch (error) {
        const rest = end - options.now();
        if (!hasCode(error, 'QUERY_TIMEOUT') || rest <= 0) throw error;
        wasSlow.set(statement.sql, options.now());
        return slow.run(statement, { limit: rest });
      }
    },
    async close() {
      await Promise.all([quick.close(), slow.close()]);
    },
  };
}

/**
 * A step of EXPLAIN QUERY PLAN. To read a list of values, the word index, or a table in the order of an index up to the
 * limit is quick, as far as anyone can tell beforehand; to read or group a whole table is not.
 */
function isQuickStep(step: string): boolean {
  if (step.startsWith('USE TEMP B-TREE FOR GROUP BY')) return false;
  return !step.startsWith('SCAN ') || step.includes(' VIRTUAL TABLE ') || step.includes(' USING INDEX ');
}
