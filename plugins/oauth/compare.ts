import type { Condition, Scalar } from '../../src/index.ts';

/** False where the value is missing. */
export function compare(field: string, operator: '<' | '<=' | '>' | '>=', value: Scalar): Condition {
  return { kind: 'compare', field, operator, value };
}
