import type { StoredModel } from '../store/port.ts';
import type { ModelDefinition } from './define-model.ts';
import type { Field } from './field.ts';

/** Every model with its extensions applied, checked as a whole. */
export interface Registry {
  get(name: string): RegisteredModel | undefined;
  all(): readonly RegisteredModel[];
}

export interface RegisteredModel {
  readonly definition: ModelDefinition;
  readonly name: string;
  /** All fields, system fields included (`id`, `version`, `createdAt`, `createdBy`, `updatedAt`, `updatedBy`). */
  readonly fields: ReadonlyMap<string, Field>;
  readonly titleField: string | undefined;
  readonly parentField: string | undefined;
  readonly stored: StoredModel;
}
