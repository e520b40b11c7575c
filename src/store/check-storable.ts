import { type GatehouseError, kernelErrors } from '../errors.ts';
import type { Json, StoredField, StoredModel, StoredValue } from './port.ts';

/**
 * Refuses what a store could only keep changed: text with U+0000 or half a surrogate pair, at any depth of a `json`
 * value too (VALUE_NOT_STORABLE with `data: { model, field }`). A value that is not of its field's type, or a field
 * that the model does not store, is a mistake in the program (TypeError). Values may be null or left out.
 */
export function checkStorable({
  model,
  values,
}: {
  model: StoredModel;
  values: Readonly<Record<string, StoredValue | undefined>>;
}): void {
  const fields = new Map(model.fields.map(field => [field.name, field]));
  for (const [name, value] of Object.entries(values)) {
    if (name === 'id' || name === 'version' || value === null || value === undefined) continue;
    const field = fields.get(name);
    if (!field || field.relation?.inverse) throw new TypeError(`${model.name} stores no field ${name}`);
    if (!hasType({ field, value })) throw new TypeError(`${model.name}.${name} is not of the type ${field.type}`);
    if (!isStorable(value)) throw notStorable({ model: model.name, field: name });
  }
}

/** The version that a row is inserted with. Anything but a whole number from 1 on is a mistake in the program (TypeError). */
export function checkVersion({ model, version = 1 }: { model: string; version?: number | undefined }): number {
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw new TypeError(`${version} cannot be the version of a row of ${model}`);
}

/** Whether text can be stored and compared as it is. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The same of all texts in a value, at any depth. */
export function isStorable(value: Json): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorableText(key) && isStorable(inner));
}

/** VALUE_NOT_STORABLE for the text of a field. */
export function notStorable({ model, field }: { model: string; field: string }): GatehouseError {
  return kernelErrors.VALUE_NOT_STORABLE({
    message: `\`${field}\` holds a character that cannot be stored (U+0000 or half a surrogate pair).`,
    data: { model, field },
  });
}

function hasType({ field, value }: { field: StoredField; value: StoredValue }): boolean {
  switch (field.type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'ids':
      return Array.isArray(value) && value.every(item => typeof item === 'string');
    case 'json':
      return true;
  }
}
