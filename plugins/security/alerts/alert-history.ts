import { all, equals, oneOf, type Row, type Runtime, type StoredValue } from '../../../src/index.ts';

/** One change in the life of an alert. A type rather than an interface, so that it is JSON. */
export type AlertEvent = {
  readonly at: string;
  readonly by: string;
  readonly what: 'opened' | 'resolved' | 'reopened' | 'noted';
  readonly note: string | null;
};

const model = 'security.alert';
const maxEvents = 100;

/** The stored history with one event more, the last 100 of them. */
export function addEvent(history: StoredValue | undefined, event: AlertEvent): readonly AlertEvent[] {
  return [...eventsOf(history), event].slice(-maxEvents);
}

export function eventsOf(history: StoredValue | undefined): readonly AlertEvent[] {
  return Array.isArray(history) ? (history as AlertEvent[]) : [];
}

/**
 * What follows from a state or a note that somebody has set, as for any record: who resolved it and when, and a line of
 * history. Nothing where that is written down already.
 */
export function settled(row: Row): Readonly<Record<string, StoredValue>> {
  const [at, by] = [String(row.updatedAt), String(row.updatedBy)];
  const note = typeof row.note === 'string' ? row.note : null;
  const event = (what: AlertEvent['what']) => ({ history: addEvent(row.history, { at, by, what, note }) });
  if (row.state === 'resolved' && row.resolved_at === null) {
    return { ...event('resolved'), resolved_at: at, resolved_by: by, unmailed: false };
  }
  if (row.state === 'open' && row.resolved_at !== null) {
    return { ...event('reopened'), opened_at: at, resolved_at: null, resolved_by: null };
  }
  const isTold = note === null || eventsOf(row.history).findLast(({ note: told }) => told !== null)?.note === note;
  return isTold ? {} : event('noted');
}

/** Writes down what has been changed by hand. */
export async function settleAlerts(runtime: Runtime, ids: readonly string[]): Promise<void> {
  const rows = await runtime.store.find({ model, where: oneOf('id', ids) });
  for (const row of rows) {
    const set = settled(row);
    if (Object.keys(set).length === 0) continue;
    const where = all(equals('id', row.id), equals('version', row.version));
    await runtime.store.write([{ kind: 'update', model, where, set }]);
  }
}
