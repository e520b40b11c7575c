import type { Field } from '../../src/index.ts';

/** What people call a field: its label, or its name made readable (`credit_limit` and `creditLimit`: `Credit limit`). */
export function fieldLabel(name: string, field: Field): string {
  if (field.label !== undefined) return field.label;
  const words = name
    .replace(/_ids?$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
