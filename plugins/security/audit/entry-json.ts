import type { Json, Row } from '../../../src/index.ts';

/** An entry as people and programs get it. */
export function entryJson(row: Row) {
  const json = (name: string): Json => (row[name] ?? null) as Json;
  return {
    id: row.id,
    time: json('time'),
    callId: json('call_id'),
    traceId: json('trace_id'),
    outcome: json('outcome'),
    stage: json('stage'),
    code: json('code'),
    reason: json('reason'),
    user: json('user_login'),
    userId: json('user_id'),
    key: json('credential_label'),
    credential: { kind: json('credential_kind'), id: json('credential_id') },
    session: json('session_id'),
    address: json('address'),
    client: { name: json('client_name'), version: json('client_version'), userAgent: json('user_agent') },
    transport: json('transport'),
    method: json('method'),
    tool: json('tool'),
    model: json('model'),
    models: modelsOf(row),
    recordIds: row.record_ids ?? [],
    unlisted: row.unlisted ?? [],
    fields: row.fields ?? [],
    domain: json('domain'),
    touched: json('touched'),
    durationMs: Number(row.duration_us ?? 0) / 1000,
    chain: { id: json('chain'), sequence: json('sequence'), previous: json('previous'), hash: json('hash') },
  };
}

export type EntryJson = ReturnType<typeof entryJson>;

/** All models that the call named or reached. */
export function modelsOf(row: Row): string[] {
  return String(row.models ?? row.model ?? '')
    .split(' ')
    .filter(Boolean);
}

/** What people see of an entry in a table: headings, and the cells of one. */
export const entryHeadings = ['TIME', 'USER', 'KEY', 'ADDRESS', 'CALL', 'OUTCOME'] as const;

export function entryCells(row: Row): readonly Json[] {
  const { time, user, key, address, tool, method, model, outcome, touched, code, reason } = entryJson(row);
  const what = [tool ?? method, model].filter(Boolean).join(' ');
  const end =
    outcome === 'ok' ? `ok, ${touched} ${touched === 1 ? 'record' : 'records'}` : `${outcome}: ${code} (${reason})`;
  return [time, user ?? '-', key ?? '-', address, what, end];
}
