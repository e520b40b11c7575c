import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { groupCommitter } from './group-commit.ts';
import type { Answer, FromWriter, Job, ToWriter, WriterData } from './writer-protocol.ts';

/*
 * The thread that owns the only writing connection. Whatever has arrived by the time a transaction is written goes
 * into that transaction.
 */
if (parentPort) serve(parentPort, workerData as WriterData);

function serve(port: MessagePort, data: WriterData): void {
  const queue: Job[] = [];
  let isClosing = false;
  const take = ({ jobs, close }: ToWriter) => {
    queue.push(...jobs);
    isClosing ||= close;
  };
  const answer = (answers: readonly Answer[]) =>
    port.postMessage({ answers, opened: committer.opened() } satisfies FromWriter);
  const committer = groupCommitter({
    data,
    clock: () => performance.now(),
    signOfLife: () => answer([]),
    /** Takes in what has arrived meanwhile. */
    more() {
      const before = queue.length;
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        take(next.message);
      }
      return queue.length > before;
    },
  });
  port.on('message', (message: ToWriter) => {
    take(message);
    while (queue.length > 0) answer(committer.run(queue));
    if (isClosing) {
      committer.close();
      port.close();
    }
  });
}
