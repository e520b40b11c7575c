/** Runs work in turns, in the order in which it came. */
export interface Turns {
  /** `by`: whose work it is. Rejects with what `whenFull` makes where too much is waiting already, of all or of theirs. */
  run<T>(by: string, work: () => Promise<T>): Promise<T>;
}

/**
 * At most `atOnce` at a time and `waiting` in line, of them `ofEach` of one and the same: a flood of slow work must hold
 * up nothing else, and whoever sends it must not keep the others out.
 */
export function createTurns(parts: {
  readonly atOnce: number;
  readonly waiting: number;
  readonly ofEach: number;
  readonly whenFull: () => Error;
}): Turns {
  const line: { readonly by: string; readonly begin: () => void }[] = [];
  let running = 0;

  function hasRoom(by: string): boolean {
    return line.length < parts.waiting && line.filter(other => other.by === by).length < parts.ofEach;
  }

  return {
    async run(by, work) {
      if (running < parts.atOnce) running += 1;
      else if (!hasRoom(by)) throw parts.whenFull();
      else await new Promise<void>(begin => line.push({ by, begin }));
      try {
        return await work();
      } finally {
        // The place goes to the next in line, or is free.
        const next = line.shift();
        if (next) next.begin();
        else running -= 1;
      }
    },
  };
}
