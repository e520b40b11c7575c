import fc from 'fast-check';
import type { Condition, Pattern, Scalar } from '../../src/store/condition.ts';
import { wordsOf } from '../../src/store/condition.ts';
import type { StoredModel } from '../../src/store/port.ts';
import { codes, dates, floats, ids, integers, text } from './arbitrary-values.ts';
import { contractModels, modelNamed } from './contract-models.ts';

/**
 * Any condition over one of the contract's models, nested up to `depth`. Values come from the same small pools as
 * the rows', so that conditions do match now and then.
 */
export function arbitraryCondition(modelName: string, depth = 3): fc.Arbitrary<Condition> {
  const model = modelNamed(modelName);
  const leaf = fc.oneof(...leaves(model));
  if (depth === 0) return leaf;
  const inner = arbitraryCondition(modelName, depth - 1);
  const list = fc.array(inner, { maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    list.map((of): Condition => ({ kind: 'all', of })),
    list.map((of): Condition => ({ kind: 'any', of })),
    inner.map((of): Condition => ({ kind: 'not', of })),
    ...related(model, depth),
    ...within(model, depth),
  );
}

/** A condition together with the model it is about. */
export function arbitraryQuestion(depth = 3): fc.Arbitrary<{ model: string; condition: Condition }> {
  return fc
    .constantFrom(...contractModels.map(model => model.name))
    .chain(model => arbitraryCondition(model, depth).map(condition => ({ model, condition })));
}

function leaves(model: StoredModel): fc.Arbitrary<Condition>[] {
  const searchable = model.fields.filter(field => field.searchable).map(field => field.name);
  const folded = new Set(model.fields.filter(field => field.folded).map(field => field.name));
  const found: fc.Arbitrary<Condition>[] = [
    ...ordered({ field: 'id', values: ids(model.name) }),
    ...ordered({ field: 'version', values: fc.constantFrom(0, 1, 2) }),
    ...(searchable.length > 0 ? [words(searchable)] : []),
  ];
  for (const { name: field, type, relation } of model.fields) {
    if (relation?.inverse) continue;
    if (type === 'json') found.push(isMissing(field));
    else if (type === 'ids') found.push(isMissing(field), has(field, ids(relation?.model ?? model.name)));
    else found.push(...ordered({ field, values: valuesOf({ field, type, comodel: relation?.model }) }));
    if (type === 'string') found.push(match({ field, folds: folded.has(field) ? fc.boolean() : fc.constant(false) }));
  }
  return found;
}

function valuesOf({ field, type, comodel }: { field: string; type: string; comodel: string | undefined }) {
  if (comodel) return ids(comodel);
  if (type === 'integer') return integers;
  if (type === 'float') return floats;
  if (type === 'boolean') return fc.boolean();
  if (field === 'code') return codes;
  return field === 'born' ? dates : text;
}

function ordered({ field, values }: { field: string; values: fc.Arbitrary<Scalar> }): fc.Arbitrary<Condition>[] {
  const orNull = fc.option(values, { nil: null });
  return [
    fc.record({
      kind: fc.constant('compare'),
      field: fc.constant(field),
      operator: fc.constantFrom('=', '<', '<=', '>', '>='),
      value: orNull,
    }),
    fc.record({
      kind: fc.constant('in'),
      field: fc.constant(field),
      values: fc.array(orNull, { maxLength: 4 }),
    }),
  ];
}

function isMissing(field: string): fc.Arbitrary<Condition> {
  return fc.constantFrom<Condition>(
    { kind: 'compare', field, operator: '=', value: null },
    { kind: 'in', field, values: [null] },
  );
}

function has(field: string, of: fc.Arbitrary<string>): fc.Arbitrary<Condition> {
  return fc.array(of, { maxLength: 3 }).map((list): Condition => ({ kind: 'has', field, ids: list }));
}

function match({ field, folds }: { field: string; folds: fc.Arbitrary<boolean> }): fc.Arbitrary<Condition> {
  return fc.record({ kind: fc.constant('match'), field: fc.constant(field), pattern, fold: folds });
}

/** Wildcards and pieces of the texts that rows hold, never two `any` in a row. */
const pattern: fc.Arbitrary<Pattern> = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({ wildcard: 'any' as const }) },
      fc.constant({ wildcard: 'one' as const }),
      fc
        .tuple(text, fc.nat(4), fc.nat(4))
        .map(([whole, from, size]) => [...whole].slice(from, from + size + 1).join('')),
      text,
    ),
    { maxLength: 5 },
  )
  .map(parts => parts.filter((part, index) => !(isAny(part) && isAny(parts[index - 1]))));

function isAny(part: Pattern[number] | undefined): boolean {
  return typeof part === 'object' && part.wildcard === 'any';
}

function words(fields: readonly string[]): fc.Arbitrary<Condition> {
  const begun = fc
    .tuple(text, fc.integer({ min: 1, max: 5 }))
    .map(([whole, size]) => wordsOf(whole).map(word => [...word].slice(0, size).join('')));
  return fc.record({
    kind: fc.constant('words'),
    fields: fc.subarray([...fields], { minLength: 1 }),
    words: fc.array(begun, { maxLength: 2 }).map(lists => lists.flat().slice(0, 3)),
  });
}

function related(model: StoredModel, depth: number): fc.Arbitrary<Condition>[] {
  return model.fields.flatMap(({ name: field, relation }) =>
    relation
      ? [
          arbitraryCondition(relation.model, Math.min(depth - 1, 1)).map(
            (where): Condition => ({ kind: 'related', field, where }),
          ),
        ]
      : [],
  );
}

/** Along the contract's one hierarchy, from each field that names a record of it. */
function within(model: StoredModel, depth: number): fc.Arbitrary<Condition>[] {
  const person = 'contract.person';
  const fields = model.name === person ? ['id', 'manager_id'] : model.name === 'contract.tag' ? ['owner_id'] : [];
  return fields.map(field =>
    fc.record({
      kind: fc.constant('within'),
      field: fc.constant(field),
      model: fc.constant(person),
      parent: fc.constant('manager_id'),
      direction: fc.constantFrom('child', 'parent'),
      ids: fc.array(ids(person), { maxLength: 3 }),
      where: fc.oneof(
        fc.constant<Condition>({ kind: 'all', of: [] }),
        arbitraryCondition(person, Math.min(depth - 1, 1)),
      ),
    }),
  );
}
