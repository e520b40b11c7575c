import { kernelErrors } from '../../errors.ts';

/** Operations under way, so that closing can wait for them. */
export interface InFlight {
  /** Runs one; after `end` it is refused with STORE_UNAVAILABLE. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Refuses further operations and waits for those under way, whatever becomes of them. */
  end(): Promise<void>;
}

export function trackInFlight(): InFlight {
  const underWay = new Set<Promise<unknown>>();
  let isEnded = false;
  return {
    async run(operation) {
      if (isEnded) throw kernelErrors.STORE_UNAVAILABLE({ detail: 'the store is closed' });
      const running = operation();
      underWay.add(running);
      try {
        return await running;
      } finally {
        underWay.delete(running);
      }
    },
    async end() {
      isEnded = true;
      await Promise.allSettled(underWay);
    },
  };
}
