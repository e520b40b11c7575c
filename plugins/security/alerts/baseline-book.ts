import {
  all,
  equals,
  hasCode,
  oneOf,
  type Principal,
  type Reached,
  type Row,
  type Runtime,
  recordStamp,
} from '../../../src/index.ts';
import { type BaselineSettings, judge, readBaseline, type Verdict } from './baseline.ts';
import { credentialSubject, type Facts, type Occurrence } from './occurrence.ts';

/** Learns what each credential usually does, and tells what is not usual. */
export interface BaselineBook {
  /** Takes note of what a call has reached, in memory. */
  note(use: { principal: Principal; reached: readonly Reached[]; time: number; facts: () => Facts }): void;
  /** Brings the stored baselines up to date. Of several instances, one tells of each thing. */
  flush(): Promise<void>;
}

interface Pending {
  readonly principal: Principal;
  readonly models: Set<string>;
  records: number;
  time: number;
  facts: Facts;
}

const model = 'security.credential-baseline';
const chunk = 500;

export function createBaselineBook(parts: {
  readonly runtime: Runtime;
  readonly settings: BaselineSettings;
  readonly tell: (occurrence: Occurrence) => void;
}): BaselineBook {
  const { runtime, settings, tell } = parts;
  const { store } = runtime;
  let pending = new Map<string, Pending>();

  function merge(use: Pending): void {
    const { id } = use.principal.credential;
    const known = pending.get(id);
    if (!known) pending.set(id, use);
    else {
      for (const name of use.models) known.models.add(name);
      known.records += use.records;
      known.time = Math.max(known.time, use.time);
    }
  }

  /** Writes what the credential does now; what another instance has changed meanwhile waits for the next time. */
  async function update(use: Pending, row: Row | undefined): Promise<void> {
    const verdict = judge({ baseline: row && readBaseline(row), activity: use, settings });
    if (await save({ id: use.principal.credential.id, row, verdict })) report(use, verdict);
    else merge(use);
  }

  async function save(input: { id: string; row: Row | undefined; verdict: Verdict }): Promise<boolean> {
    const { id, row } = input;
    const { since, models, days } = input.verdict.baseline;
    const set = { since: new Date(since).toISOString(), models, days };
    if (row) {
      const where = all(equals('id', id), equals('version', row.version));
      const [result] = await store.write([{ kind: 'update', model, where, set }]);
      return result?.matched === 1;
    }
    try {
      await store.write([{ kind: 'insert', model, row: { id, ...set, ...recordStamp(runtime) } }]);
      return true;
    } catch (thrown) {
      if (hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
      throw thrown;
    }
  }

  function report({ principal, time, facts }: Pending, { unusual, volume }: Verdict): void {
    const who = { ...credentialSubject(principal), time };
    for (const name of unusual) tell({ type: 'unusual_model', ...who, facts: { ...facts, model: name } });
    if (!volume) return;
    const { records, usual } = volume;
    tell({
      type: 'volume_anomaly',
      ...who,
      facts: { ...facts, records: `more than ${records} in a day, usually ${usual}` },
    });
  }

  return {
    note({ principal, reached, time, facts }) {
      if (reached.length === 0) return;
      const models = new Set(reached.map(({ model: name }) => name));
      const records = reached.reduce((sum, { count }) => sum + count, 0);
      const known = pending.get(principal.credential.id);
      merge({ principal, models, records, time, facts: known?.facts ?? facts() });
    },
    async flush() {
      const taken = pending;
      pending = new Map();
      try {
        const ids = [...taken.keys()];
        for (let from = 0; from < ids.length; from += chunk) {
          const some = ids.slice(from, from + chunk);
          const rows = await store.find({ model, where: oneOf('id', some) });
          const byId = new Map(rows.map(row => [row.id, row]));
          for (const id of some) {
            const use = taken.get(id);
            if (use) await update(use, byId.get(id));
            taken.delete(id);
          }
        }
      } catch (thrown) {
        for (const use of taken.values()) merge(use);
        throw thrown;
      }
    },
  };
}
