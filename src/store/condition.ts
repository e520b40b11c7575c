/** A value that a condition compares with; null stands for a missing one. */
export type Scalar = string | number | boolean | null;

/**
 * What a store is asked to match: a small tree, already validated, that each store compiles and that
 * `matches` (in `evaluate.ts`) evaluates in memory. Every leaf is two-valued: a missing value makes it false, and
 * `not` of it true, so that all of them agree.
 */
export type Condition =
  /** Conjunction; of none: true. What may take long is asked, as far as a store can, only of what satisfies all before it. */
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  /** Disjunction; of none: false. */
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** `=` null matches a missing value. `<` and its like are false where the value is missing. Strings compare by code point. */
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: '=' | '<' | '<=' | '>' | '>=';
      readonly value: Scalar;
    }
  /** The value is one of these; null among them matches a missing value. Of none: false. */
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly Scalar[] }
  /** The whole value has this shape; `fold` ignores case (see `fold`). */
  | { readonly kind: 'match'; readonly field: string; readonly pattern: Pattern; readonly fold: boolean }
  /** A field that holds ids (`ids`): it has at least one of these. */
  | { readonly kind: 'has'; readonly field: string; readonly ids: readonly string[] }
  /**
   * The record that `field` refers to (many2one), or one of those it refers to (many2many, one2many), exists in
   * `model` and satisfies `where`.
   */
  | { readonly kind: 'related'; readonly field: string; readonly where: Condition }
  /**
   * `field` (`id`, or a many2one) names one of `ids` or a record below one (`child`) or above one (`parent`) along
   * `parent`, a many2one of `model` to itself. Cycles end.
   */
  | {
      readonly kind: 'within';
      readonly field: string;
      readonly model: string;
      readonly parent: string;
      readonly direction: 'child' | 'parent';
      readonly ids: readonly string[];
      /** Records that do not satisfy this are not there: the walk does not pass through them. */
      readonly where: Condition;
    }
  /** Every one of `words` (made by `wordsOf`) begins a word in at least one of `fields`. Of no words: false. */
  | { readonly kind: 'words'; readonly fields: readonly string[]; readonly words: readonly string[] };

/** The conditions of one kind, or of several. */
export type ConditionOf<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

/** The conditions that one row decides by itself. */
export type LeafCondition = ConditionOf<'compare' | 'in' | 'match' | 'has' | 'words'>;

/** A `like` pattern: literal text, `any` (`%`, any run of characters) and `one` (`_`, one character), never two `any` in a row. */
export type Pattern = readonly (string | { readonly wildcard: 'any' | 'one' })[];

/** True of every row. */
export const always: Condition = { kind: 'all', of: [] };
/** True of no row. */
export const never: Condition = { kind: 'any', of: [] };

/** Conjunction, flattened; `always` disappears, `never` wins. */
export function all(...conditions: readonly Condition[]): Condition {
  const parts: Condition[] = [];
  for (const condition of conditions) {
    if (condition.kind === 'all') parts.push(...condition.of);
    else if (isNever(condition)) return never;
    else parts.push(condition);
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'all', of: parts };
}

/** Disjunction, flattened; `never` disappears, `always` wins. */
export function any(...conditions: readonly Condition[]): Condition {
  const parts: Condition[] = [];
  for (const condition of conditions) {
    if (condition.kind === 'any') parts.push(...condition.of);
    else if (isAlways(condition)) return always;
    else parts.push(condition);
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'any', of: parts };
}

/** Negation; constants and double negations are resolved. */
export function not(condition: Condition): Condition {
  if (isAlways(condition)) return never;
  if (isNever(condition)) return always;
  return condition.kind === 'not' ? condition.of : { kind: 'not', of: condition };
}

/** The value is this one; null: it is missing. */
export function equals(field: string, value: Scalar): Condition {
  return { kind: 'compare', field, operator: '=', value };
}

/** False where the value is missing. */
export function compare(field: string, operator: '<' | '<=' | '>' | '>=', value: Scalar): Condition {
  return { kind: 'compare', field, operator, value };
}

/** The value is one of these; null among them: or it is missing. */
export function oneOf(field: string, values: readonly Scalar[]): Condition {
  return { kind: 'in', field, values };
}

/** Whether a condition is certainly true, whatever the row. */
export function isAlways(condition: Condition): boolean {
  return condition.kind === 'all' && condition.of.length === 0;
}

/** Whether a condition is certainly false, whatever the row. */
export function isNever(condition: Condition): boolean {
  return condition.kind === 'any' && condition.of.length === 0;
}

/** The form in which text is compared where case is ignored. The stores keep it beside the text. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** The words of a text for the `words` condition: without case and accents, letters and digits only, each once. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])];
}
