import type { DatabaseSync } from 'node:sqlite';
import { kernelErrors } from '../../errors.ts';

/** The limit of the statement that runs. */
export interface Deadline {
  /** ms from now. */
  set(limit: number): void;
}

/**
 * `node:sqlite` cannot interrupt a statement. So every statement that may take long calls `in_time` for each row it
 * looks at, and that throws QUERY_TIMEOUT once the deadline has passed.
 */
export function deadline(
  db: DatabaseSync,
  { clock, closing }: { clock: () => number; closing?: Int32Array | undefined },
): Deadline {
  let end = Number.POSITIVE_INFINITY;
  // The row is an argument only so that SQLite calls this for each row instead of once.
  db.function('in_time', { directOnly: true }, (_row: unknown) => {
    if (clock() > end) throw kernelErrors.QUERY_TIMEOUT();
    if (closing?.[0] === 1) throw kernelErrors.STORE_UNAVAILABLE({ detail: 'the store is being closed' });
    return 1;
  });
  return {
    set(limit) {
      end = clock() + limit;
    },
  };
}
