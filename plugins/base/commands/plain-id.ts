import { type OutRecord, parsePublicId } from '../../../src/index.ts';

/** The id of a record that was just made, as commands print and take it: 24 hex digits. */
export function plainIdOf(record: OutRecord | undefined): string {
  return (record && parsePublicId(record.id)?.id) ?? '';
}
