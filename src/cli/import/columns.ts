import { nearest } from '../../config/nearest.ts';
import type { Field } from '../../model/field.ts';
import type { RegisteredModel } from '../../model/registry.ts';
import { systemFields } from '../../model/system-fields.ts';

/** A column of a file, and the field that it fills. */
export interface Column {
  readonly name: string;
  readonly field: Field;
}

/** The field that a column is for, by its name or its label; or what is wrong with the column. */
export function columnFor(model: RegisteredModel, heading: string): Column | { readonly fault: string } {
  const name = model.fields.has(heading) ? heading : byLabel(model, heading);
  const field = name === undefined ? undefined : model.fields.get(name);
  if (name === undefined || !field) {
    const meant = nearest(heading, model.fields.keys());
    return { fault: `${model.name} has no field of that name or label.${meant ? ` Did you mean ${meant}?` : ''}` };
  }
  if (systemFields.has(name)) return { fault: 'Gatehouse keeps this field itself: leave the column out.' };
  if (field.kind === 'one2many' || field.kind === 'computed') {
    return { fault: 'This field is derived from others: leave the column out.' };
  }
  return { name, field };
}

/** What is wrong with a heading as a whole: doubled columns, and required fields that have none. */
export function headingFaults(
  model: RegisteredModel,
  headings: readonly string[],
): { field: string; message: string }[] {
  const faults: { field: string; message: string }[] = [];
  const named = new Set<string>();
  for (const heading of headings) {
    const column = columnFor(model, heading);
    if ('fault' in column) faults.push({ field: heading, message: column.fault });
    else if (named.has(column.name)) faults.push({ field: heading, message: 'Two columns are for this field.' });
    else named.add(column.name);
  }
  for (const [name, field] of model.fields) {
    const isLeftOut = field.required && field.default === undefined && !systemFields.has(name) && !named.has(name);
    if (isLeftOut) faults.push({ field: name, message: 'The field is required, and no column is for it.' });
  }
  return faults;
}

function byLabel(model: RegisteredModel, heading: string): string | undefined {
  const wanted = heading.toLowerCase();
  const found = [...model.fields].filter(([, { label }]) => label?.toLowerCase() === wanted);
  return found.length === 1 ? found[0]?.[0] : undefined;
}
