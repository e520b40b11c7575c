import type { ModelAccess } from './access-policy.ts';
import type { Field } from './field.ts';
import { fieldNotAvailable } from './field-not-available.ts';
import type { RegisteredModel, Registry } from './registry.ts';

/** What a caller knows of a model; undefined: nothing. */
export type AccessLookup = (model: string) => ModelAccess | undefined;

/** A dotted path taken apart: the relations on the way, and the field at its end. */
export interface FieldPath {
  readonly through: readonly { readonly field: string; readonly to: RegisteredModel }[];
  readonly name: string;
  readonly field: Field;
  /** The model that has the field at the end. */
  readonly model: RegisteredModel;
}

export interface FieldPathInput {
  readonly path: string;
  readonly model: RegisteredModel;
  readonly registry: Registry;
  /** Left out: every field is known. */
  readonly access?: AccessLookup | undefined;
  /** Fields that a path may have. */
  readonly maxLength: number;
  /** Its place in the arguments, for the error. */
  readonly at: string;
}

/** FIELD_NOT_AVAILABLE where any part of the path does not exist, may not be read, or leads nowhere. */
export function resolvePath(input: FieldPathInput): FieldPath {
  const { path, registry, access } = input;
  const refused = (): Error => fieldNotAvailable({ model: input.model.name, path, at: input.at });
  const names = path.split('.', input.maxLength + 1);
  if (names.length > input.maxLength) throw refused();
  const through: { field: string; to: RegisteredModel }[] = [];
  let model = input.model;
  for (const [index, name] of names.entries()) {
    const field = model.fields.get(name);
    if (!field || (access && !access(model.name)?.fields.get(name)?.read)) throw refused();
    if (index === names.length - 1) return { through, name, field, model };
    const next = 'to' in field ? registry.get(field.to) : undefined;
    if (!next) throw refused();
    through.push({ field: name, to: next });
    model = next;
  }
  throw refused();
}
