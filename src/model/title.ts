import type { Row } from '../store/port.ts';
import type { ModelAccess } from './access-policy.ts';
import { maskValue } from './mask.ts';

/** A record's name to people, masked where the caller sees it so; `<label> <id>` where it has none or it is hidden. */
export function titleOf(access: ModelAccess, row: Row): string {
  const { field: name, mask } = access.shownTitle ?? {};
  const value = name === undefined ? undefined : row[name];
  if (mask) return maskValue(mask, value);
  if (typeof value !== 'string' || name === undefined) return `${access.model.label} ${row.id}`;
  const field = access.registered.fields.get(name);
  return field?.kind === 'selection' ? (field.options[value] ?? value) : value;
}
