import { encodeValue } from './encode.ts';
import type { Field, FieldKind } from './field.ts';
import { masks } from './mask.ts';
import type { RegisteredModel, ReportFault } from './registry.ts';
import { systemFields } from './system-fields.ts';

const fieldName = /^[a-z][a-zA-Z0-9_]{0,62}$/;
const currency = /^[A-Z]{3}$/;
const notUnique: ReadonlySet<FieldKind> = new Set(['text', 'boolean', 'json', 'many2many', 'one2many', 'computed']);
const notIndexed: ReadonlySet<FieldKind> = new Set(['json', 'one2many', 'computed']);
const maskable: ReadonlySet<FieldKind> = new Set(['char', 'text', 'computed']);
const derived: ReadonlySet<FieldKind> = new Set(['one2many', 'computed']);

interface FieldCheck {
  readonly model: RegisteredModel;
  readonly name: string;
  readonly field: Field;
  readonly models: ReadonlyMap<string, RegisteredModel>;
  readonly report: ReportFault;
}

/** What is wrong with one declared field: its name, its options, and what it refers to. */
export function checkField(check: FieldCheck): void {
  const { model, name, field, report } = check;
  const where = `The field ${name} of ${model.name}`;
  const messages = [
    ...nameFaults(check),
    ...optionFaults(field),
    ...relationFaults(check),
    ...computedFaults(check),
    ...defaultFaults(field),
  ];
  for (const message of messages) {
    report({ message: `${where} ${message}.`, site: model.definition.definedAt, path: [model.name, 'fields', name] });
  }
}

function* nameFaults({ model, name }: FieldCheck): Iterable<string> {
  if (systemFields.has(name)) yield 'has the name of a field that every model has by itself';
  else if (!fieldName.test(name) || name in Object.prototype || name === 'prototype') {
    yield 'needs another name: lower case first, then letters, digits and _, 63 at most, no reserved word';
  }
  for (const other of model.fields.keys()) {
    // Databases disagree on whether these two are one.
    if (other > name && other.toLowerCase() === name.toLowerCase()) yield `differs from ${other} by case alone`;
  }
}

function* optionFaults(field: Field): Iterable<string> {
  if (field.unique && notUnique.has(field.kind)) yield `cannot be unique, being ${field.kind}`;
  if (field.index && notIndexed.has(field.kind)) yield `cannot have an index, being ${field.kind}`;
  if (field.required && derived.has(field.kind)) yield `cannot be required, being ${field.kind}`;
  if (field.mask !== undefined && !masks.includes(field.mask)) yield `has a mask that is none of ${masks.join(', ')}`;
  else if (field.mask !== undefined && field.mask !== 'all' && !maskable.has(field.kind)) {
    yield `cannot show a part of itself when it is masked, being ${field.kind}`;
  }
  if (field.groups?.length === 0) yield 'has an empty list of groups, so nobody would see it';
  if (field.kind === 'char' || field.kind === 'text') {
    const { maxLength } = field;
    if (maxLength !== undefined && !(Number.isInteger(maxLength) && maxLength >= 1 && maxLength <= 1_000_000)) {
      yield 'has a maxLength that is not a whole number from 1 to 1,000,000';
    }
  }
  if (field.kind === 'selection') {
    const keys = Object.keys(field.options);
    if (keys.length === 0) yield 'is a selection without options';
    for (const key of keys) {
      if (key.trim() !== key || key === '' || key.length > 64) yield `has the option "${key}", which is no usable key`;
    }
  }
  if (field.kind === 'monetary') {
    if (!currency.test(field.currency)) yield `has the currency "${field.currency}"; expected a code such as EUR`;
    if (!Number.isInteger(field.decimals) || field.decimals < 0 || field.decimals > 6) {
      yield 'has a number of decimals that is not a whole number from 0 to 6';
    }
  }
}

function* relationFaults({ model, field, models }: FieldCheck): Iterable<string> {
  if (field.kind !== 'many2one' && field.kind !== 'many2many' && field.kind !== 'one2many') return;
  const target = models.get(field.to);
  if (!target) {
    yield `refers to the model ${field.to}, which does not exist`;
    return;
  }
  if (field.kind === 'many2one' && field.required && field.onDelete === 'clear') {
    yield 'is required, so it cannot be cleared when the other record is deleted';
  }
  if (field.kind !== 'one2many') return;
  const inverse = target.fields.get(field.inverse);
  if (inverse?.kind !== 'many2one' || inverse.to !== model.name) {
    yield `has the inverse ${field.to}.${field.inverse}, which is not a many2one to ${model.name}`;
  }
}

function* computedFaults({ model, field }: FieldCheck): Iterable<string> {
  if (field.kind !== 'computed') return;
  if (typeof field.compute !== 'function') yield 'has no compute function';
  for (const name of field.from) {
    const source = model.fields.get(name);
    if (!source) yield `is computed from ${name}, which does not exist`;
    else if (source.kind === 'computed' || 'to' in source) {
      yield `is computed from ${name}, which is ${source.kind}; only stored fields of the record itself will do`;
    }
  }
}

function* defaultFaults(field: Field): Iterable<string> {
  if (field.default === undefined) return;
  if (derived.has(field.kind)) yield `cannot have a default, being ${field.kind}`;
  else if (typeof field.default !== 'function') {
    const encoded = encodeValue(field, field.default);
    if ('expected' in encoded) yield `has a default that does not fit it; expected ${encoded.expected}`;
  }
}
