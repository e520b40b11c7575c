/** A number with the words that go with it: `1 entry was`, `3 entries were`. `many`: for every number but one. */
export function counted(count: number, { one, many }: { readonly one: string; readonly many: string }): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `1 entry`, `3 entries`. */
export function countedEntries(count: number): string {
  return counted(count, { one: 'entry', many: 'entries' });
}
