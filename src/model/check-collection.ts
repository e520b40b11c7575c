import { type CollectionOptions, formsOf } from './collection.ts';
import type { RegisteredModel } from './registry.ts';

const collectionKeys: ReadonlySet<string> = new Set(['name', 'database', 'readonly', 'id', 'counter', 'fields']);
const ids: readonly string[] = ['objectId', 'string', 'int'];
const databaseName = /^[^/\\. "$*<>:|?\0]{1,63}$/;
const unusableStep = /^$|^\$|\0|^\d+$/;
const maxPathLength = 200;
const maxDepth = 20;

/** What is wrong with the mapping of a model onto a collection. */
export function* collectionFaults({ definition, fields, stored, name }: RegisteredModel): Iterable<string> {
  const { collection } = definition;
  if (collection === undefined) return;
  yield* optionFaults(collection);
  if (definition.watched) yield 'cannot be watched: what others change in it is not told';
  if (definition.indexes?.length) yield 'has indexes, which Gatehouse does not create in collections of others';
  const { mapping } = stored;
  if (!mapping) return;
  for (const [field, place] of Object.entries(collection.fields ?? {})) {
    const declared = field === 'id' || field === 'version' ? undefined : fields.get(field);
    const forms = declared && formsOf(declared);
    if (!forms?.length) {
      yield `maps ${field}, which is not a stored field`;
      continue;
    }
    const form = typeof place === 'string' ? undefined : place.as;
    if (form !== undefined && !forms.includes(form)) yield `maps ${field} as ${form}; expected ${forms.join(', ')}`;
  }
  const paths = Object.entries(mapping.fields).map(([field, { path }]) => ({ field, path }));
  if (mapping.counter !== undefined) paths.push({ field: 'the counter', path: mapping.counter });
  for (const { field, path } of paths) {
    if (!isPath(path)) yield `maps ${field} to ${JSON.stringify(path)}, which is no path such as address.city`;
  }
  const usable = paths.filter(({ path }) => isPath(path));
  for (const { field, path } of usable) {
    for (const other of usable) {
      if (other.field !== field && isWithin(path, other.path)) {
        yield `maps ${field} to ${path} and ${other.field} to ${other.path}: one of them stands in the other`;
      }
    }
  }
  if (!mapping.readonly) return;
  for (const [field, declared] of fields) {
    if (declared.kind === 'many2one' && declared.onDelete !== 'restrict') {
      yield `is only read, so ${field} needs onDelete: 'restrict' (${name} is not changed when the other record goes)`;
    }
  }
}

function* optionFaults(collection: CollectionOptions): Iterable<string> {
  for (const key of Object.keys(collection)) if (!collectionKeys.has(key)) yield `has the unknown option ${key}`;
  const { name, database, id } = collection;
  if (typeof name !== 'string' || unusableStep.test(name) || /[$\0]/.test(name)) yield 'needs the name of a collection';
  if (database !== undefined && !databaseName.test(database)) yield 'has a database with an impossible name';
  if (id !== undefined && !ids.includes(id)) yield `has ids of the type ${id}; expected ${ids.join(', ')}`;
}

function isPath(path: unknown): path is string {
  if (typeof path !== 'string' || path.length > maxPathLength) return false;
  const steps = path.split('.');
  return steps.length <= maxDepth && steps[0] !== '_id' && !steps.some(isUnusable);
}

/** Names that the database reads as operators or places in a list, and those that JavaScript takes for something else. */
function isUnusable(step: string): boolean {
  return unusableStep.test(step) || step === '__proto__' || step === 'constructor' || step === 'prototype';
}

/** Each of two fields with the same path is within the other; of others, the deeper one. */
function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}
