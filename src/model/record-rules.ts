import { kernelErrors } from '../errors.ts';
import { type Condition, isAlways } from '../store/condition.ts';
import { evaluate } from '../store/evaluate.ts';
import type { Row } from '../store/port.ts';
import { formatPublicId } from './public-id.ts';
import type { RecordsContext } from './records-context.ts';

/** Whether a row as it would be satisfies a rule, everything else being as it is in the store. */
export async function satisfies(input: { context: RecordsContext; rule: Condition; row: Row }): Promise<boolean> {
  const { context, rule, row } = input;
  if (isAlways(rule)) return true;
  const { store } = context.parts;
  return evaluate({
    condition: rule,
    row,
    model: context.model.stored,
    exists: async (model, where) => (await store.find({ model, where, fields: [], limit: 1 })).length > 0,
  });
}

/** RULE_VIOLATED for the first row that would not satisfy the rule. */
export async function requireRule(input: {
  context: RecordsContext;
  rule: Condition;
  rows: readonly Row[];
  /** How the row is called in the message, from its place and id. */
  nameOf: (row: Row, index: number) => string;
}): Promise<void> {
  const { context, rule, rows, nameOf } = input;
  for (const [index, row] of rows.entries()) {
    if (await satisfies({ context, rule, row })) continue;
    throw kernelErrors.RULE_VIOLATED({
      message: `The change would put ${nameOf(row, index)} out of your reach. Nothing was stored.`,
      data: { model: context.model.name, record: index },
    });
  }
}

/** The refusal of a change to records that the caller may see but not change. */
export function mayNotChange({ model }: RecordsContext, ids: readonly string[]): Error {
  const shown = ids.slice(0, 100).map(id => formatPublicId(model.name, id));
  return kernelErrors.RULE_VIOLATED({
    message: `Your record rules let you see ${shown[0]} but not change it. Nothing was stored.`,
    data: { ids: shown },
  });
}
