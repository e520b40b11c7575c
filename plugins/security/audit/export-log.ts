import type { Condition, Json, Store } from '../../../src/index.ts';
import { csvLine } from './csv.ts';
import { entriesByTime } from './entries-by-time.ts';
import { type EntryJson, entryJson } from './entry-json.ts';

/** Columns of the CSV, and what each holds. Lists are JSON. */
const columns: readonly (readonly [name: string, cell: (entry: EntryJson) => Json | undefined])[] = [
  ['time', entry => entry.time],
  ['call_id', entry => entry.callId],
  ['trace_id', entry => entry.traceId],
  ['outcome', entry => entry.outcome],
  ['stage', entry => entry.stage],
  ['code', entry => entry.code],
  ['reason', entry => entry.reason],
  ['user', entry => entry.user],
  ['user_id', entry => entry.userId],
  ['key', entry => entry.key],
  ['credential_kind', entry => entry.credential.kind],
  ['credential_id', entry => entry.credential.id],
  ['session', entry => entry.session],
  ['address', entry => entry.address],
  ['client_name', entry => entry.client.name],
  ['client_version', entry => entry.client.version],
  ['user_agent', entry => entry.client.userAgent],
  ['transport', entry => entry.transport],
  ['method', entry => entry.method],
  ['tool', entry => entry.tool],
  ['models', entry => entry.models.join(' ')],
  ['record_ids', entry => entry.recordIds as Json],
  ['unlisted', entry => entry.unlisted as Json],
  ['fields', entry => entry.fields as Json],
  ['domain', entry => entry.domain],
  ['touched', entry => entry.touched],
  ['duration_ms', entry => entry.durationMs],
  ['chain', entry => entry.chain.id],
  ['sequence', entry => entry.chain.sequence],
  ['previous', entry => entry.chain.previous],
  ['hash', entry => entry.chain.hash],
];

export type ExportFormat = 'csv' | 'json';

/**
 * The log as text, piece by piece: CSV with a line of headings, or one JSON object a line (NDJSON), which can be read
 * piece by piece, too.
 */
export async function* exportLog(input: {
  store: Store;
  where: Condition;
  format: ExportFormat;
}): AsyncGenerator<{ text: string; entries: number }> {
  const { format } = input;
  if (format === 'csv') yield { text: csvLine(columns.map(([name]) => name)), entries: 0 };
  for await (const rows of entriesByTime(input)) {
    const lines = rows.map(row => (format === 'csv' ? csvOf(entryJson(row)) : `${JSON.stringify(entryJson(row))}\n`));
    yield { text: lines.join(''), entries: rows.length };
  }
}

function csvOf(entry: EntryJson): string {
  return csvLine(
    columns.map(([, cell]) => {
      const value = cell(entry) ?? null;
      return typeof value === 'object' && value !== null
        ? JSON.stringify(value)
        : typeof value === 'boolean'
          ? String(value)
          : value;
    }),
  );
}
