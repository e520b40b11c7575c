/** Lets so many through in each minute, and counts those that it does not. */
export interface Throttle {
  /** How many were left out before this one; undefined: this one is left out. */
  pass(now: number): number | undefined;
}

const minute = 60_000;

export function createThrottle(perMinute: number): Throttle {
  let begun = Number.NEGATIVE_INFINITY;
  let passed = 0;
  let leftOut = 0;
  return {
    pass(now) {
      if (now - begun >= minute || now < begun) {
        begun = now;
        passed = 0;
      }
      if (passed >= perMinute) {
        leftOut += 1;
        return undefined;
      }
      passed += 1;
      const before = leftOut;
      leftOut = 0;
      return before;
    },
  };
}
