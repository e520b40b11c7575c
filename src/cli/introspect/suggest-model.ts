import type { MemberSurvey } from '../../store/mongo/survey/member-survey.ts';
import type { CollectionSurvey } from '../../store/mongo/survey/survey-database.ts';
import { constantName, fieldName, labelOf, modelName } from './names.ts';
import { type SuggestedField, suggestField } from './suggest-field.ts';

/** A field under the name that it gets in the model. */
export interface NamedField extends SuggestedField {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isIndexed: boolean;
}

/** A model as it is going to be written. */
export interface SuggestedModel {
  readonly name: string;
  readonly constant: string;
  readonly label: string;
  readonly survey: CollectionSurvey;
  readonly id: 'objectId' | 'string' | 'int';
  /** Where writes are counted already: Mongoose's `__v`. */
  readonly counter: string | undefined;
  readonly title: string | undefined;
  readonly fields: readonly NamedField[];
  /** Paths of the system's fields. */
  readonly stamps: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** `skipped`: collections of which no model is made, and why. */
export interface Suggestions {
  readonly models: readonly SuggestedModel[];
  readonly skipped: readonly { readonly collection: string; readonly reason: string }[];
}

const stampNames: Readonly<Record<string, readonly string[]>> = {
  createdAt: ['createdAt', 'created_at', 'created', 'createdOn'],
  updatedAt: ['updatedAt', 'updated_at', 'updated', 'modifiedAt', 'modified_at', 'lastModified'],
};
const titleNames = ['name', 'title', 'label', 'fullName', 'full_name', 'displayName', 'subject', 'code', 'number'];

/** What models to write for these collections. */
export function suggestModels(input: {
  surveys: readonly CollectionSurvey[];
  prefix: string | undefined;
  withSelections: boolean;
}): Suggestions {
  const { surveys, prefix, withSelections } = input;
  const skipped: { collection: string; reason: string }[] = [];
  const models: SuggestedModel[] = [];
  const taken = new Set<string>();
  const constants = new Set<string>();
  const usable = surveys.filter(survey => {
    const reason = reasonToSkip(survey);
    if (reason !== undefined) skipped.push({ collection: survey.name, reason });
    return reason === undefined;
  });
  const known = new Set(usable.map(({ name }) => name));
  for (const survey of usable) {
    const name = modelName({ prefix: prefix ?? survey.database, collection: survey.name, taken });
    const constant = constantName(name, constants);
    taken.add(name);
    constants.add(constant);
    models.push(suggestModel({ survey, name, constant, known, withSelections }));
  }
  return { models, skipped };
}

function reasonToSkip({ isOwn, sampled, idTypes }: CollectionSurvey): string | undefined {
  if (isOwn) return "It is Gatehouse's own.";
  if (sampled === 0) return 'It is empty.';
  return idForm(idTypes) ? undefined : 'Its _id is neither an ObjectId, nor a whole number, nor text of 24 hex digits.';
}

/** The kind that most documents have; undefined: one that records cannot have. */
function idForm(types: CollectionSurvey['idTypes']): SuggestedModel['id'] | undefined {
  const [main] = Object.entries(types).toSorted(([, a], [, b]) => b - a)[0] ?? [];
  if (main === 'objectId' || main === 'int') return main;
  return main === 'hexId' ? 'string' : undefined;
}

function suggestModel(input: {
  survey: CollectionSurvey;
  name: string;
  constant: string;
  known: ReadonlySet<string>;
  withSelections: boolean;
}): SuggestedModel {
  const { survey, name, constant, known, withSelections } = input;
  const notes: string[] = [];
  const fields: NamedField[] = [];
  const taken = new Set<string>();
  const stamps = stampsOf(survey.members);
  const counter = survey.members.find(({ path, types }) => path === '__v' && Object.keys(types).join() === 'int')?.path;
  const elsewhere = new Set([...Object.values(stamps), counter]);
  for (const member of leaves(survey.members.filter(({ path }) => !elsewhere.has(path)))) {
    const suggestion = suggestField(member, { withSelections });
    notes.push(...suggestion.notes);
    const field = suggestion.field && referring(suggestion.field, known, notes);
    if (!field) continue;
    const own = fieldName(field.path, taken);
    taken.add(own);
    const indexes = survey.indexes.filter(({ path }) => path === field.path);
    const isUnique =
      indexes.some(({ unique }) => unique) && !['text', 'boolean', 'json', 'many2many'].includes(field.kind);
    const isIndexed = indexes.length > 0 && field.kind !== 'json';
    fields.push({ ...field, name: own, isUnique, isIndexed });
  }
  const id = idForm(survey.idTypes) ?? 'objectId';
  const others = Object.keys(survey.idTypes).length - 1;
  if (others > 0) notes.push('Some documents have an _id of another kind: they are no records.');
  if (survey.hasOddNames) notes.push('Members whose names look like data are left out.');
  return {
    name,
    constant,
    label: labelOf(survey.name),
    survey,
    id,
    counter,
    title: titleNames.find(title => fields.some(field => field.name === title && field.kind === 'char')),
    fields,
    stamps,
    notes,
  };
}

/** Embedded documents are taken apart where their members are always the same few. */
function* leaves(members: readonly MemberSurvey[]): Iterable<MemberSurvey> {
  for (const member of members) {
    const isWhole = Object.keys(member.types).join() === 'object';
    if (isWhole && member.members) yield* leaves(member.members);
    else yield member;
  }
}

/** A reference needs a model on the other side. */
function referring(field: SuggestedField, known: ReadonlySet<string>, notes: string[]): SuggestedField | undefined {
  if (field.to === undefined || known.has(field.to)) return field;
  notes.push(`${field.path} refers to ${field.to}, of which there is no model, and is left out.`);
  return undefined;
}

function stampsOf(members: readonly MemberSurvey[]): Record<string, string> {
  const stamps: Record<string, string> = {};
  for (const [stamp, names] of Object.entries(stampNames)) {
    const found = names.find(name =>
      members.some(({ path, types }) => path === name && Object.keys(types).join() === 'date'),
    );
    if (found !== undefined) stamps[stamp] = found;
  }
  return stamps;
}
