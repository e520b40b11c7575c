import type { CheckedValues } from './check-values.ts';
import type { FieldFault } from './field-faults.ts';
import type { RecordsContext } from './records-context.ts';
import { shownRecords } from './relation-values.ts';

/** References to records that do not exist, or that the caller may not see: both look the same. Each model is asked once. */
export async function referenceFaults(
  context: RecordsContext,
  checked: readonly CheckedValues[],
): Promise<FieldFault[]> {
  const references = checked.flatMap(({ set }, record) =>
    Object.entries(set).flatMap(([name, value]) => {
      const field = context.model.fields.get(name);
      if (field?.kind !== 'many2one' && field?.kind !== 'many2many') return [];
      const ids: unknown[] = Array.isArray(value) ? value : [value];
      return { record, name, to: field.to, ids: ids.filter(id => typeof id === 'string') };
    }),
  );
  const wanted = Map.groupBy(references, ({ to }) => to);
  const seen = new Map(
    await Promise.all(
      [...wanted].map(async ([model, named]) => {
        const ids = new Set(named.flatMap(reference => reference.ids));
        return [model, await shownRecords({ context, model, ids })] as const;
      }),
    ),
  );
  return references.flatMap(({ record, name, to, ids }) => {
    if (ids.every(id => seen.get(to)?.has(id))) return [];
    const message = 'There is no such record, or you may not use it.';
    return { record, field: name, message, expected: `the id of a record of ${to} that you can see` };
  });
}
