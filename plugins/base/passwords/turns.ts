/** Runs work in turns, in the order in which it came. */
export interface Turns {
  /** Rejects with what `whenFull` makes where too much is waiting already. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** At most `atOnce` at a time and `waiting` in line: a flood of slow work must hold up nothing else. */
export function createTurns(parts: {
  readonly atOnce: number;
  readonly waiting: number;
  readonly whenFull: () => Error;
}): Turns {
  const line: (() => void)[] = [];
  let running = 0;

  return {
    async run(work) {
      if (running < parts.atOnce) running += 1;
      else if (line.length >= parts.waiting) throw parts.whenFull();
      else await new Promise<void>(resolve => line.push(resolve));
      try {
        return await work();
      } finally {
        // The place goes to the next in line, or is free.
        const next = line.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
