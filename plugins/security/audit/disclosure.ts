import type { RegisteredModel, Registry, Row } from '../../../src/index.ts';
import { maxFields, maxModels } from './audit-row.ts';
import { modelsOf } from './entry-json.ts';
import { relationShows } from './relation-shows.ts';

/** The record, and the field, of which it is asked who saw it. */
export interface Subject {
  readonly model: RegisteredModel;
  /** `model/id`. */
  readonly record: string;
  /** undefined: anything of the record. */
  readonly field: string | undefined;
}

/**
 * What an entry says about one record. `seen`: the record is among those that were reached (and the field was, if one
 * is asked for). `possible`: that it was seen cannot be excluded, and why. undefined: it can.
 */
export type Disclosure = 'seen' | { readonly possible: readonly string[] } | undefined;

/** Judges entries one by one; a doubt is never decided for the caller. */
export function disclosureOf(subject: Subject, registry: Registry): (entry: Row) => Disclosure {
  const { model, record, field } = subject;
  const showing = fieldsShowing(model, field);
  const isTitle = field === undefined || field === model.titleField;
  const isSearchable = model.stored.fields.some(({ name, searchable }) => name === field && searchable);
  const isUnique = field !== undefined && model.fields.get(field)?.unique === true;

  /** Why the record may have been among those that the entry does not list. */
  function reasonsOf(entry: Row, isListed: boolean): string[] {
    const paths = textsIn(entry.fields);
    const own = ownPaths(paths, model.name);
    const isNamed = field === undefined || own.some(path => showing.has(path));
    const decides = isSearchable || (isNamed && entry.domain !== null);
    const reasons: string[] = [];
    for (const how of howUnlisted(entry, model.name)) {
      if (how === 'figures' && isNamed) reasons.push('figures over records');
      if (how === 'more' && (isNamed || isTitle)) reasons.push('more records than are listed');
      if (how === 'matched' && (field === undefined || decides)) reasons.push('counted among those that matched');
    }
    if (field !== undefined && decides && !isListed && reasons.length === 0 && modelsOf(entry).includes(model.name)) {
      reasons.push(`searched by ${field}, and the record did not match`);
    }
    for (const path of paths) {
      if (relationShows({ path, entry, subject, registry })) reasons.push(`through ${path}`);
    }
    if (paths.length >= maxFields) reasons.push('more fields than are listed');
    if (modelsOf(entry).length >= maxModels) reasons.push('more models than are listed');
    return reasons;
  }

  return entry => {
    const own = ownPaths(textsIn(entry.fields), model.name);
    if (!wasCarriedOut(entry)) {
      const isRefusedValue = isUnique && entry.outcome === 'error' && own.some(path => path === field);
      return isRefusedValue ? { possible: [`the error may tell that a value of ${field} is taken`] } : undefined;
    }
    const isListed = textsIn(entry.record_ids).includes(record);
    if (isListed && Number(entry.touched) > 0 && (isTitle || own.some(path => showing.has(path)))) return 'seen';
    const possible = reasonsOf(entry, isListed);
    return possible.length > 0 ? { possible } : undefined;
  };
}

/** What was refused before anything was reached has shown nothing. */
function wasCarriedOut({ outcome, touched, unlisted }: Row): boolean {
  return outcome === 'ok' || Number(touched) > 0 || (unlisted ?? null) !== null;
}

/** The field itself, and those that are computed from it. */
function fieldsShowing({ fields }: RegisteredModel, field: string | undefined): ReadonlySet<string> {
  if (field === undefined) return new Set();
  const computed = [...fields].flatMap(([name, its]) =>
    its.kind === 'computed' && its.from.includes(field) ? name : [],
  );
  return new Set([field, ...computed]);
}

function ownPaths(paths: readonly string[], model: string): string[] {
  return paths.flatMap(path => (path.startsWith(`${model}.`) ? path.slice(model.length + 1) : []));
}

function howUnlisted({ unlisted }: Row, model: string): unknown[] {
  if (!Array.isArray(unlisted)) return [];
  return unlisted.flatMap((part: unknown) => (Array.isArray(part) && part[0] === model ? [part[1]] : []));
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(part => typeof part === 'string') : [];
}
