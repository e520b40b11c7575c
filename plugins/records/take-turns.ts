/** The place of one item: in which list, and where there. */
export interface Turn {
  readonly list: number;
  readonly rank: number;
}

/**
 * What stands in a window when lists of these lengths take turns: the first item of each, the second of each, and so
 * on, a list that has none left being passed over. Takes as many steps as the window has places, wherever it begins.
 */
export function takeTurns(
  lengths: readonly number[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Turn[] {
  const turns: Turn[] = [];
  let rank = 0;
  let place = 0;
  while (turns.length < limit) {
    const taking = lengths.flatMap((length, list) => (length > rank ? [list] : []));
    if (taking.length === 0) break;
    // Until the shortest of them ends all rounds are alike, so those before the window are passed at once.
    const alike = Math.min(...taking.map(list => lengths[list] ?? 0)) - rank;
    const passed = Math.min(alike, Math.floor(Math.max(offset - place, 0) / taking.length));
    rank += passed;
    place += passed * taking.length;
    if (passed === alike) continue;
    for (const list of taking) {
      if (place >= offset && turns.length < limit) turns.push({ list, rank });
      place += 1;
    }
    rank += 1;
  }
  return turns;
}
