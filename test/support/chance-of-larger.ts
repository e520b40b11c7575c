/**
 * How often a value of `one` is larger than a value of `other`, ties counted half: 0.5 where nothing tells the two
 * apart, 0 or 1 where every value does. Of times it says whether one thing takes longer, however fast the machine is.
 */
export function chanceOfLarger(one: readonly number[], other: readonly number[]): number {
  let larger = 0;
  for (const value of one) {
    for (const than of other) larger += value > than ? 1 : value === than ? 0.5 : 0;
  }
  return larger / (one.length * other.length);
}
