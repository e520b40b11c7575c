import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { kernelErrors } from '../../errors.ts';
import { type Connection, openReader } from './connection.ts';
import { isUnavailable, packFailure, understood } from './failure.ts';
import type { FromReader, ReaderData, ToReader } from './reader-protocol.ts';
import { rowsOf } from './statement-cache.ts';

/* A thread with a reading connection of its own. It runs one statement at a time, each with a deadline. */
if (parentPort) serve(parentPort, workerData as ReaderData);

/** Characters a message or a few more: the main thread reads a long answer in pieces, with other work in between. */
const messageSize = 262_144;

function serve(port: MessagePort, data: ReaderData): void {
  const clock = () => performance.now();
  let connection: Connection | undefined;
  let generation = -1;

  function connected(wanted: number): Connection {
    if (!connection || wanted !== generation) {
      connection?.close();
      connection = undefined;
      connection = openReader({ ...data, clock });
      connection.db.exec('PRAGMA busy_timeout = 1000');
      generation = wanted;
    }
    return connection;
  }

  function answer(message: FromReader): void {
    port.postMessage(message);
  }

  port.on('message', (query: ToReader) => {
    try {
      const { deadline, prepare } = connected(query.generation);
      if (query.limit <= 0) throw kernelErrors.QUERY_TIMEOUT();
      deadline.set(query.limit);
      let piece: string[] = [];
      let size = 0;
      for (const row of rowsOf(prepare(query.sql), query.params)) {
        const text = JSON.stringify(row);
        piece.push(text);
        size += text.length;
        if (size < messageSize) continue;
        answer({ rows: `[${piece.join(',')}]`, isLast: false });
        piece = [];
        size = 0;
      }
      answer({ rows: `[${piece.join(',')}]`, isLast: true });
    } catch (error) {
      const meaning = understood(error);
      if (isUnavailable(meaning)) {
        connection?.close();
        connection = undefined;
      }
      answer({ failure: packFailure(meaning) });
    }
  });
}
