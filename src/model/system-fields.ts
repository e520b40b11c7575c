import type { Field } from './field.ts';

/**
 * What every record has by itself. The times are UTC; `createdBy` and `updatedBy` hold the login of the user (`system`
 * for the server's own work) as text, so that they mean something to a reader even when the user is gone.
 */
export const systemFields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['id', { kind: 'char', label: 'ID', readonly: true }],
  ['version', { kind: 'integer', label: 'Version', readonly: true, help: 'Counts the writes, from 1.' }],
  ['createdAt', { kind: 'datetime', label: 'Created', readonly: true }],
  ['createdBy', { kind: 'char', label: 'Created by', readonly: true, help: 'Login of the user.' }],
  ['updatedAt', { kind: 'datetime', label: 'Last changed', readonly: true }],
  ['updatedBy', { kind: 'char', label: 'Last changed by', readonly: true, help: 'Login of the user.' }],
]);

/** All fields of a model in the order in which they are shown: `id` and `version`, its own, then who and when. */
export function withSystemFields(own: Readonly<Record<string, Field>>): ReadonlyMap<string, Field> {
  const [id, version, ...stamps] = systemFields;
  return new Map([id, version, ...Object.entries(own), ...stamps].filter(entry => entry !== undefined));
}
