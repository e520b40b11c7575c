import type { Row } from '../store/port.ts';
import type { ModelAccess } from './access-policy.ts';

/** A record's name to people; `<label> <id>` where it has none or the caller may not read it. */
export function titleOf(access: ModelAccess, row: Row): string {
  const name = access.titleField;
  const value = name === undefined ? undefined : row[name];
  if (typeof value !== 'string' || name === undefined) return `${access.model.label} ${row.id}`;
  const field = access.registered.fields.get(name);
  return field?.kind === 'selection' ? (field.options[value] ?? value) : value;
}
