/** Choices that look like chance and are the same on every machine. */
export interface Random {
  /** A whole number, both ends included. */
  between(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** `count` different entries, in the order of the list. */
  sample<T>(list: readonly T[], count: number): T[];
  /** True in so many of a hundred cases. */
  percent(chance: number): boolean;
  /** Every `#` becomes a digit. */
  digits(pattern: string): string;
}

/** The choices that belong to `seed`: a text, so that each subject has a stream of its own. */
export function randomFrom(seed: string): Random {
  const next = mulberry32(seed);
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[between(0, list.length - 1)];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  };
  return {
    between,
    pick,
    sample: (list, count) => {
      const chosen = new Set<number>();
      while (chosen.size < Math.min(count, list.length)) chosen.add(between(0, list.length - 1));
      return list.filter((_, index) => chosen.has(index));
    },
    percent: chance => next() * 100 < chance,
    digits: pattern => pattern.replace(/#/g, () => String(between(0, 9))),
  };
}

/** Tommy Ettinger's mulberry32 on a 32-bit FNV-1a hash of the seed: integer arithmetic only, so no machine differs. */
function mulberry32(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
