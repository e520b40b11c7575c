import type { Scope } from '../scopes.ts';

/** What people read about a scope. */
export const scopeLabels: Readonly<Record<Scope, string>> = {
  read: 'Read: find and read the records that you may see',
  write: 'Change: change records that you may change',
  create: 'Create: add new records',
  delete: 'Delete: remove records for good',
};
