import { type DefinitionSite, definitionSite } from '../plugin/definition-site.ts';
import type { CollectionOptions } from './collection.ts';
import type { Field } from './field.ts';

/** A model as a plugin or a config declares it. */
export interface ModelOptions {
  /** Lower case, two or more parts: `crm.partner`. */
  readonly name: string;
  /** For people, in the singular: `Contact`. */
  readonly label: string;
  /** What a record of it is, one sentence; shown to callers. */
  readonly description: string;
  /** `id`, `version`, `createdAt`, `createdBy`, `updatedAt`, `updatedBy` are there by themselves. */
  readonly fields: Readonly<Record<string, Field>>;
  /** The field that names a record to people. Default `name`. */
  readonly title?: string;
  /** Order where a search names none, such as `name, id desc`. Default `id`. */
  readonly order?: string;
  /** The many2one to itself that `child_of` and `parent_of` follow. Default `parent_id`, where there is one. */
  readonly parent?: string;
  /** Further indexes, each over several fields in order. */
  readonly indexes?: readonly (readonly string[])[];
  /** Where people open a record; `{id}` stands for its id. Default: the server's own record page. */
  readonly url?: string;
  /** Deciding models (keys, groups, rules): a change is told to every instance within a second. */
  readonly watched?: boolean;
  /** Its records are documents of a collection that others use too. MongoDB only. Default: a collection of its own. */
  readonly collection?: CollectionOptions;
  /** Only the server's own code writes it, whatever permissions say. */
  readonly protected?: boolean;
}

/** A model as `defineModel` gives it. */
export interface ModelDefinition extends ModelOptions {
  /** Where it was defined, for messages about it. */
  readonly definedAt: DefinitionSite | undefined;
}

/** Declares a model. What is wrong with it is said at start, with file and line. */
export function defineModel(options: ModelOptions): ModelDefinition {
  return { ...options, definedAt: definitionSite() };
}

/** What a plugin adds to a model that another plugin defines. */
export interface ModelExtension {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly indexes?: readonly (readonly string[])[];
}
