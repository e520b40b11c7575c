import { hash } from 'node:crypto';
import {
  all,
  equals,
  hasCode,
  isoTime,
  type Row,
  type Runtime,
  recordStamp,
  type StoredValue,
} from '../../../src/index.ts';
import { addEvent, settled } from './alert-history.ts';
import type { AlertSettings } from './alert-settings.ts';
import { type AlertType, alertTypes, isAtLeast } from './alert-types.ts';
import type { Facts } from './occurrence.ts';

/** Keeps alerts: one for each type and subject, whatever the number of occurrences and instances. */
export interface AlertBook {
  /** Takes note, in memory. */
  raise(news: AlertNews): void;
  /** Writes down what has come together, and keeps for the next time what the store did not take. */
  flush(): Promise<void>;
  /** How many occurrences are not written down. */
  waiting(): number;
}

export interface AlertNews {
  readonly type: AlertType;
  readonly subject: string;
  readonly label: string;
  readonly count: number;
  /** Of the last of them, ms since the epoch. */
  readonly time: number;
  readonly facts: Facts;
}

interface Pending extends Omit<AlertNews, 'facts'> {
  count: number;
  first: number;
  time: number;
  facts: Map<string, Set<string>>;
}

const model = 'security.alert';
/** Values of one kind that are kept of an alert. */
const maxFacts = 10;
/** Times that other instances may come in between. */
const maxTries = 10;

export function createAlertBook({ runtime, settings }: { runtime: Runtime; settings: AlertSettings }): AlertBook {
  let pending = new Map<string, Pending>();
  const { store } = runtime;

  function merge(news: AlertNews | Pending, first: number): void {
    const key = `${news.type} ${news.subject}`;
    const known = pending.get(key);
    const target = known ?? { ...news, count: 0, first, facts: new Map<string, Set<string>>() };
    target.count += news.count;
    target.first = Math.min(target.first, first);
    target.time = Math.max(target.time, news.time);
    const facts = news.facts instanceof Map ? news.facts : Object.entries(news.facts).map(asSet);
    for (const [name, values] of facts) addFacts(target.facts, name, values);
    if (!known) pending.set(key, target);
  }

  async function write(news: Pending): Promise<void> {
    const key = storedKey(news);
    for (let tries = 0; tries < maxTries; tries += 1) {
      const [row] = await store.find({ model, where: equals('key', key), limit: 1 });
      if (row ? await update(row, news) : await insert(key, news)) return;
    }
    throw new Error(`the alert ${key} keeps changing`);
  }

  async function insert(key: string, news: Pending): Promise<boolean> {
    const stamp = recordStamp(runtime);
    const row = {
      id: runtime.newId(),
      ...{ type: news.type, subject: news.label, key, state: 'open', note: null, total: news.count },
      ...opening(news),
      ...{ severity: severityOf(news.type), last_at: isoTime(news.time), resolved_at: null, resolved_by: null },
      ...{ details: details(news.facts, null), mailed_at: null, unmailed: isMailed(news.type) },
      history: addEvent(null, { at: stamp.createdAt, by: 'system', what: 'opened', note: null }),
      ...stamp,
    };
    try {
      await store.write([{ kind: 'insert', model, row }]);
      return true;
    } catch (thrown) {
      // Another instance was first: now there is something to add to.
      if (hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
      throw thrown;
    }
  }

  /** False: it was changed in between. */
  async function update(row: Row, news: Pending): Promise<boolean> {
    const known = { ...row, ...settled(row) };
    const stamp = recordStamp(runtime).updatedAt;
    const seen = {
      severity: severityOf(news.type),
      last_at: latest(row.last_at, news.time),
      details: details(news.facts, row.details),
    };
    const total = { total: news.count };
    if (known.state === 'open') {
      const set = { ...settled(row), ...seen, ...(isMailed(news.type) && { unmailed: true }) };
      return change({ row, set, add: { ...total, count: news.count } });
    }
    // Resolved a short time ago: what still comes in counts, and does not call for anybody again.
    const isCalm = news.time < Date.parse(String(known.resolved_at)) + coolDownOf(settings, news.type);
    if (isCalm) return change({ row, set: { ...settled(row), ...seen }, add: total });
    const history = addEvent(known.history, { at: stamp, by: 'system', what: 'reopened', note: 'it happened again' });
    const set = {
      ...seen,
      ...opening(news),
      ...{ state: 'open', note: null, resolved_at: null, resolved_by: null, history },
      ...{ unmailed: isMailed(news.type), mailed_at: null, updatedAt: stamp, updatedBy: 'system' },
    };
    return change({ row, set, add: total });
  }

  async function change(input: {
    row: Row;
    set: Readonly<Record<string, StoredValue>>;
    add: Readonly<Record<string, number>>;
  }): Promise<boolean> {
    const { row, set, add } = input;
    const where = all(equals('id', row.id), equals('version', row.version));
    const [result] = await store.write([{ kind: 'update', model, where, set, add }]);
    return result?.matched === 1;
  }

  const severityOf = (type: AlertType) => settings[alertTypes[type].settings].severity;
  const isMailed = (type: AlertType) => isAtLeast(severityOf(type), settings.mailFrom);

  return {
    raise: news => merge(news, news.time),
    async flush() {
      const taken = pending;
      pending = new Map();
      try {
        for (const [key, news] of taken) {
          await write(news);
          taken.delete(key);
        }
      } catch (thrown) {
        for (const news of taken.values()) merge(news, news.first);
        throw thrown;
      }
    },
    waiting: () => pending.values().reduce((sum, { count }) => sum + count, 0),
  };
}

/** ms */
export function coolDownOf(settings: AlertSettings, type: AlertType): number {
  return settings[alertTypes[type].settings].coolDownMinutes * 60_000;
}

function opening({ count, first, time }: Pending) {
  return { count, opened_at: isoTime(time), first_at: isoTime(first) };
}

/** Subjects are of any length and text; a unique value is neither. */
function storedKey({ type, subject }: Pending): string {
  return `${type} ${hash('sha256', subject).slice(0, 32)}`;
}

function asSet([name, value]: readonly [string, string]): readonly [string, ReadonlySet<string>] {
  return [name, new Set([value])];
}

function addFacts(facts: Map<string, Set<string>>, name: string, values: Iterable<string>): void {
  const known = facts.get(name) ?? new Set();
  for (const value of values) if (known.size < maxFacts) known.add(value);
  facts.set(name, known);
}

/** What is known already and what is new, up to ten of each kind. */
function details(facts: Pending['facts'], before: StoredValue | undefined): Record<string, string[]> {
  const merged = new Map<string, Set<string>>();
  for (const [name, values] of Object.entries(before ?? {})) {
    if (Array.isArray(values)) addFacts(merged, name, values.map(String));
  }
  for (const [name, values] of facts) addFacts(merged, name, values);
  return Object.fromEntries(merged.entries().map(([name, values]) => [name, [...values]]));
}

function latest(before: StoredValue | undefined, time: number): string {
  const now = isoTime(time);
  return typeof before === 'string' && before > now ? before : now;
}
