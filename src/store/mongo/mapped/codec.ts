import type { StoredValue } from '../../port.ts';

/** An expression of the aggregation language, or a filter of the query language. */
export type Expression = Readonly<Record<string, unknown>> | string;
export type Comparison = '<' | '<=' | '>' | '>=';

/**
 * Between a value in somebody else's document and the same value in a row. `decode`, `fits` and `stored` say the same,
 * here and on the server: what does not fit is missing, and nothing else is.
 */
export interface Codec {
  /** The value as a row document has it (`json` as text); undefined: it does not fit. Never called for a missing value. */
  decode(raw: unknown): unknown;
  /** The value as it is written; undefined: it cannot stand there. */
  encode(value: StoredValue): unknown;
  /** The operators that find what is one of these values among what fits. */
  oneOf(values: readonly StoredValue[]): readonly Readonly<Record<string, unknown>>[];
  /** The operators that find what is before or behind this value among what fits. */
  range(comparison: Comparison, value: StoredValue): Readonly<Record<string, unknown>> | undefined;
  /** Whether what the expression gives fits; false for a missing value. */
  fits(raw: Expression): Expression;
  /** The value as a row has it, of what fits. */
  stored(raw: Expression): Expression;
}

const operators = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/** The codec of values whose order and equality are those of what stands for them. */
export function plainCodec(codec: Pick<Codec, 'decode' | 'encode' | 'fits' | 'stored'>): Codec {
  return {
    ...codec,
    oneOf(values) {
      const raws = values.map(codec.encode).filter(raw => raw !== undefined);
      if (raws.length === 1) return [{ $eq: raws[0] }];
      return raws.length > 0 ? [{ $in: raws }] : [];
    },
    range(comparison, value) {
      const raw = codec.encode(value);
      return raw === undefined ? undefined : { [operators[comparison]]: raw };
    },
  };
}

/** Whether what the expression gives is of one of these types. */
export function hasType(raw: Expression, types: readonly string[]): Expression {
  return { $in: [{ $type: raw }, types] };
}

/** A constant of our own: never read as a path or an operator. */
export function literal(value: unknown): Expression {
  return { $literal: value };
}
