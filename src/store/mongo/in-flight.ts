import { kernelErrors } from '../../errors.ts';

/** Operations under way, so that closing can wait for them. */
export interface InFlight {
  /** Runs one; after `end` it is refused with STORE_UNAVAILABLE. */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Refuses further operations and waits for those under way, whatever becomes of them. */
  end(): Promise<void>;
}

/** Counted, not kept in a Set: the tables that a busy Set leaves behind hold on to what was in them. */
export function trackInFlight(): InFlight {
  const over = Promise.withResolvers<void>();
  let underWay = 0;
  let isEnded = false;
  return {
    async run(operation) {
      if (isEnded) throw kernelErrors.STORE_UNAVAILABLE({ detail: 'the store is closed' });
      underWay += 1;
      try {
        return await operation();
      } finally {
        underWay -= 1;
        if (isEnded && underWay === 0) over.resolve();
      }
    },
    end() {
      isEnded = true;
      if (underWay === 0) over.resolve();
      return over.promise;
    },
  };
}
