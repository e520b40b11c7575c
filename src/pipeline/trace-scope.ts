import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from './trace-context.ts';

/** Which trace the code that runs belongs to, across everything that it waits for. */
export interface TraceScope {
  /** Runs `work` within a trace; without one, as it is called. */
  run<T>(trace: TraceContext | undefined, work: () => T): T;
  /** undefined: what runs belongs to none. */
  current(): TraceContext | undefined;
}

/** One a process: its log and its gate share it. */
export function createTraceScope(): TraceScope {
  const storage = new AsyncLocalStorage<TraceContext>();
  return {
    // Whoever sends no trace pays nothing for it.
    run: (trace, work) => (trace ? storage.run(trace, work) : work()),
    current: () => storage.getStore(),
  };
}
