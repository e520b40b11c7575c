type Implied = (group: string) => readonly string[];

/**
 * The way on which a group implies itself, itself at both ends: `['sales', 'hr', 'sales']`. The groups of a circle are
 * one group under several names, which nobody means. undefined: there is none.
 */
export function groupCircle(group: string, implied: Implied): readonly string[] | undefined {
  const seen = new Set<string>();
  const open = [[group]];
  for (let way = open.pop(); way; way = open.pop()) {
    for (const next of implied(way.at(-1) ?? group)) {
      if (next === group) return [...way, group];
      if (seen.has(next)) continue;
      seen.add(next);
      open.push([...way, next]);
    }
  }
  return undefined;
}
