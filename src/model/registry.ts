import type { DefinitionSite } from '../plugin/definition-site.ts';
import type { StoredMapping, StoredModel } from '../store/port.ts';
import { checkField } from './check-field.ts';
import { checkModel } from './check-model.ts';
import type { ModelDefinition, ModelExtension } from './define-model.ts';
import type { Field } from './field.ts';
import { storedModel } from './stored-model.ts';
import { withSystemFields } from './system-fields.ts';

/** Every model with its extensions applied, checked as a whole. */
export interface Registry {
  get(name: string): RegisteredModel | undefined;
  all(): readonly RegisteredModel[];
}

/** A model with what all plugins have made of it. */
export interface RegisteredModel {
  /** With the fields and indexes of all extensions. */
  readonly definition: ModelDefinition;
  readonly name: string;
  /** All fields, system fields included (`id`, `version`, `createdAt`, `createdBy`, `updatedAt`, `updatedBy`). */
  readonly fields: ReadonlyMap<string, Field>;
  readonly titleField: string | undefined;
  readonly parentField: string | undefined;
  readonly stored: StoredModel;
  /** The many2one and many2many fields, of all models, that refer to this one. */
  readonly referencedBy: readonly Reference[];
}

/** A field that refers to a model. */
export interface Reference {
  /** The model that refers, and its field. */
  readonly model: string;
  readonly field: string;
  /** The model that is referred to. */
  readonly to: string;
  readonly onDelete: 'restrict' | 'clear' | 'cascade';
  /** It holds a list of ids. */
  readonly many: boolean;
}

/** One thing that is wrong with the models, for people. */
export interface ModelFault {
  readonly message: string;
  readonly site?: DefinitionSite;
  /** The model, and where in its definition: `['crm.partner', 'fields', 'email']`. */
  readonly path?: readonly PropertyKey[];
}

export interface RegistryInput {
  readonly models: readonly ModelDefinition[];
  readonly extensions?: readonly ExtensionInput[];
}

/** What one plugin adds to the model of another. */
export interface ExtensionInput {
  readonly model: string;
  readonly extension: ModelExtension;
  /** Who extends, for messages: the plugin's name. */
  readonly by?: string;
  readonly site?: DefinitionSite;
}

/** Where a check leaves what it finds. */
export type ReportFault = (fault: ModelFault) => void;

/**
 * Applies the extensions, adds the system fields and checks everything against everything. All faults are reported at
 * once; the registry may be used only when there is none.
 */
export function buildRegistry(input: RegistryInput): { registry: Registry; faults: ModelFault[] } {
  const faults: ModelFault[] = [];
  const report: ReportFault = fault => faults.push(fault);
  const definitions = extend(unique(input.models, report), input.extensions ?? [], report);
  const models = new Map<string, RegisteredModel>();
  for (const definition of definitions.values()) models.set(definition.name, register(definition, definitions));
  for (const model of models.values()) {
    checkModel({ model, report });
    for (const [name, field] of Object.entries(model.definition.fields)) {
      checkField({ model, name, field, models, report });
    }
  }
  const byName = [...models.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { registry: { get: name => models.get(name), all: () => byName }, faults };
}

function unique(models: readonly ModelDefinition[], report: ReportFault): Map<string, ModelDefinition> {
  const byName = new Map<string, ModelDefinition>();
  for (const model of models) {
    const first = byName.get(model.name);
    if (!first) {
      byName.set(model.name, model);
      continue;
    }
    report({
      message: `The model ${model.name} is defined twice, ${place(first.definedAt)} and ${place(model.definedAt)}.`,
      site: model.definedAt,
      path: [model.name],
    });
  }
  return byName;
}

function place(site: DefinitionSite | undefined): string {
  return site ? `in ${site.file}:${site.line}` : 'in a place unknown';
}

function extend(
  definitions: Map<string, ModelDefinition>,
  extensions: readonly ExtensionInput[],
  report: ReportFault,
): Map<string, ModelDefinition> {
  const owners = new Map<string, string>();
  for (const { model, extension, by = 'the config', site } of extensions) {
    const definition = definitions.get(model);
    if (!definition) {
      report({ message: `${by} extends the model ${model}, which does not exist.`, site, path: [model] });
      continue;
    }
    const fields: Record<string, Field> = { ...definition.fields };
    for (const [name, field] of Object.entries(extension.fields ?? {})) {
      const path = [model, 'fields', name];
      const key = path.join('.');
      if (Object.hasOwn(fields, name)) {
        const owner = owners.get(key) ?? 'the model itself';
        report({ message: `${by} adds the field ${name} to ${model}, but ${owner} has it already.`, site, path });
        continue;
      }
      owners.set(key, by);
      fields[name] = field;
    }
    const indexes = [...(definition.indexes ?? []), ...(extension.indexes ?? [])];
    definitions.set(model, { ...definition, fields, indexes });
  }
  return definitions;
}

function register(definition: ModelDefinition, definitions: ReadonlyMap<string, ModelDefinition>): RegisteredModel {
  const fields = withSystemFields(definition.fields);
  const parent = fields.get('parent_id');
  const hasParent = parent?.kind === 'many2one' && parent.to === definition.name;
  return {
    definition,
    name: definition.name,
    fields,
    titleField: definition.title ?? (fields.has('name') ? 'name' : undefined),
    parentField: definition.parent ?? (hasParent ? 'parent_id' : undefined),
    stored: storedModel({ definition, fields, idOf: model => idForm(definitions.get(model)) }),
    referencedBy: referencesTo(definition.name, definitions),
  };
}

/** Our own documents have their ids as text. */
function idForm(definition: ModelDefinition | undefined): StoredMapping['id'] {
  return definition?.collection ? (definition.collection.id ?? 'objectId') : 'string';
}

function referencesTo(name: string, definitions: ReadonlyMap<string, ModelDefinition>): Reference[] {
  const references: Reference[] = [];
  for (const { name: model, fields, collection } of definitions.values()) {
    for (const [field, declared] of Object.entries(fields)) {
      if ((declared.kind !== 'many2one' && declared.kind !== 'many2many') || declared.to !== name) continue;
      const many = declared.kind === 'many2many';
      references.push({
        model,
        field,
        to: name,
        many,
        // A list that is only read cannot lose a reference.
        onDelete: declared.kind === 'many2one' ? declared.onDelete : collection?.readonly ? 'restrict' : 'clear',
      });
    }
  }
  return references;
}
