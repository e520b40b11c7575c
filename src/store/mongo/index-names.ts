/** The name of the unique index of a field; the field is read back from it when a duplicate is refused. */
export function uniqueIndexName(field: string): string {
  return `gatehouse_unique_${field}`;
}

/** The field of a unique index by the index's name; undefined for an index that is not ours. */
export function fieldOfIndex(name: string): string | undefined {
  if (name === '_id_' || name === '_id') return 'id';
  return /^gatehouse_unique_(\w+)$/.exec(name)?.[1];
}
