import type { LeafCondition, Scalar } from '../../condition.ts';
import type { Filter } from '../compile.ts';
import { compilePattern } from '../pattern.ts';
import { checkedScalar } from '../scalar-value.ts';
import { literal } from './codec.ts';
import { fitsAt, type Mapped, type Place, storedAt } from './mapped-model.ts';
import { caseless, wordBegins } from './text-filters.ts';

const nothing: Filter = { _id: { $in: [] } };
const comparisons = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/**
 * The filter of a leaf about a mapped model. It has two parts: what an index of the collection can serve, if there is one,
 * and that the value fits its field. So a document that does not fit is the same to it as one without the value, and every
 * leaf is true or false. Values are never read as operators.
 */
export function compileMapped(mapped: Mapped, condition: LeafCondition): Filter {
  if (condition.kind === 'words') {
    const { words, fields } = condition;
    if (words.length === 0) return nothing;
    return {
      $and: words.map(word => either(fields.map(field => tested(mapped, field, [wordBegins(checkedScalar(word))])))),
    };
  }
  const { field } = condition;
  if (field === 'version') return compileVersion(mapped, condition);
  const place = mapped.places.get(field);
  switch (condition.kind) {
    case 'compare':
      if (condition.operator === '=') return compileIn(place, [condition.value]);
      return place ? compileRange(place, condition.operator, condition.value) : nothing;
    case 'in':
      return compileIn(place, condition.values);
    case 'match': {
      const { pattern, fold } = condition;
      for (const part of pattern) if (typeof part === 'string') checkedScalar(part);
      return tested(mapped, field, fold ? caseless(pattern) : [compilePattern({ pattern, folded: false })]);
    }
    case 'has':
      return place
        ? either(place.codec.oneOf(condition.ids.map(checkedScalar)).map(test => fitting(place, test)))
        : nothing;
  }
}

function compileIn(place: Place | undefined, values: readonly Scalar[]): Filter {
  const wantsMissing = values.includes(null);
  if (!place) return wantsMissing ? {} : nothing;
  const found = place.codec
    .oneOf(values.map(checkedScalar).filter(value => value !== null))
    .map(test => fitting(place, test));
  return either(wantsMissing ? [...found, isMissing(place)] : found);
}

/** An empty list is missing, too. */
function isMissing(place: Place): Filter {
  const fits = fitsAt(place);
  const raw = `$${place.path}`;
  return { $expr: { $not: [{ $and: [fits, { $cond: [{ $isArray: raw }, { $ne: [raw, []] }, true] }] }] } };
}

function compileRange(place: Place, operator: keyof typeof comparisons, value: Scalar): Filter {
  if (value === null) return nothing;
  const range = place.codec.range(operator, checkedScalar(value));
  if (range) return fitting(place, range);
  const stored = place.codec.stored(`$${place.path}`);
  return { $expr: { $and: [fitsAt(place), { [comparisons[operator]]: [stored, literal(value)] }] } };
}

/** The version is made from a counter: it is compared as it comes out. */
function compileVersion(mapped: Mapped, condition: Exclude<LeafCondition, { kind: 'words' }>): Filter {
  const version = storedAt(mapped, 'version');
  if (condition.kind === 'in') return { $expr: { $in: [version, literal(condition.values)] } };
  if (condition.kind !== 'compare') throw new TypeError('a version is a number');
  const { operator, value } = condition;
  if (operator === '=') return { $expr: { $eq: [version, literal(value)] } };
  return value === null ? nothing : { $expr: { [comparisons[operator]]: [version, literal(value)] } };
}

function tested(mapped: Mapped, field: string, tests: readonly Filter[]): Filter {
  const place = mapped.places.get(field);
  return place ? either(tests.map(test => fitting(place, test))) : nothing;
}

function fitting(place: Place, test: Filter): Filter {
  return { $and: [{ [place.path]: test }, { $expr: fitsAt(place) }] };
}

function either(filters: readonly Filter[]): Filter {
  const [first] = filters;
  if (!first) return nothing;
  return filters.length === 1 ? first : { $or: filters };
}
