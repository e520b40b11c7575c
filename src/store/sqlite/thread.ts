import { Worker } from 'node:worker_threads';

/** Starts a thread of this folder: the `.ts` as it is, or the `.js` that it was built to. */
export function startThread(name: 'reader-thread' | 'writer-thread', workerData: unknown): Worker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const worker = new Worker(new URL(`./${name}${extension}`, import.meta.url), { workerData });
  worker.unref();
  return worker;
}
