import { type Connection, type ConnectionOptions, openReader } from './connection.ts';
import { isUnavailable, understood } from './failure.ts';
import type { Statement } from './find.ts';
import { rowsOf } from './statement-cache.ts';
import type { SqlValue } from './values.ts';

/** The main thread's own reading connection, for what takes microseconds and nothing else. */
export interface PointReader {
  rows(statement: Statement): SqlValue[][];
  close(): void;
}

export function pointReader({ generation, ...options }: ConnectionOptions & { generation: () => number }): PointReader {
  let connection: Connection | undefined;
  let openedAs = -1;

  function close(): void {
    connection?.close();
    connection = undefined;
  }

  return {
    rows({ sql, params }) {
      try {
        if (!connection || openedAs !== generation()) {
          close();
          connection = openReader(options);
          openedAs = generation();
        }
        return rowsOf(connection.prepare(sql), params);
      } catch (error) {
        const meaning = understood(error);
        if (isUnavailable(meaning)) close();
        throw meaning;
      }
    },
    close,
  };
}
