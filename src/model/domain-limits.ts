/** How large a domain may be. What is larger is refused with a message that names the limit. */
export interface DomainLimits {
  /** Terms, each with three parts. */
  readonly leaves: number;
  /** `&`, `|` and `!` inside one another, counting a run of the same one once. */
  readonly depth: number;
  /** Fields of a dotted path. */
  readonly pathLength: number;
  /** Values of `in`, `child_of` and their like. */
  readonly listLength: number;
  /** Characters of a `like` pattern. */
  readonly patternLength: number;
  /** `%` and `_` in a `like` pattern. */
  readonly wildcards: number;
}

export const defaultDomainLimits: DomainLimits = {
  leaves: 100,
  depth: 20,
  pathLength: 5,
  listLength: 1000,
  patternLength: 200,
  wildcards: 8,
};

/** Entries of the list that a domain is at most, whatever they are: each of its terms may have two operators before it. */
export function maxEntries({ leaves }: DomainLimits): number {
  return leaves * 3;
}
