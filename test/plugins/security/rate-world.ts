import { pino } from 'pino';
import { createInstanceWatch } from '../../../plugins/security/rate/instance-watch.ts';
import { keepSharing } from '../../../plugins/security/rate/keep-sharing.ts';
import { createRateLimits, type Taken } from '../../../plugins/security/rate/rate-limits.ts';
import { createShareKeeper } from '../../../plugins/security/rate/share-keeper.ts';
import { createShareLedger } from '../../../plugins/security/rate/share-ledger.ts';
import {
  type Clock,
  type Condition,
  GatehouseError,
  kernelErrors,
  type Row,
  type Runtime,
  type Store,
  type StoredModel,
} from '../../../src/index.ts';
import { matches } from '../../../src/store/matches.ts';
import { principalIn } from '../base/principal-in.ts';

/*
 * Several instances with a database between them, in a time of their own: answers are late, get lost or come although
 * the write was not made, instances stop for a while or for good, and no two clocks show the same. What chance decides
 * comes from a seed, so that a world that shows a fault can be seen again.
 */

export interface World {
  /** ms of true time. */
  readonly time: number;
  add(instance: { readonly clockOffset: number }): WorldInstance;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** From now on each operation of the database fails with this probability, written or not. */
  failing: number;
}

export interface WorldInstance {
  /** One call; when it is decided, and whether it was admitted, is in `decided`. */
  call(rate: number): void;
  readonly decided: { readonly at: number; readonly taken: Taken | undefined }[];
  /** Forgets idle counters, as the job does. */
  sweep(): void;
  /** For so long nothing of it runs; what has become due meanwhile runs then. */
  pause(ms: number): void;
  /** Nothing of it ever runs again. */
  kill(): void;
  /** Ends as a server does that is stopped. */
  stop(): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function createWorld(input: { seed: number; latency: number; slack: number }): World {
  const { latency, slack } = input;
  let time = 0;
  let state = input.seed;
  let failing = 0;
  const timers = new Set<Timer>();
  const tables = new Map<string, Map<string, Row>>();

  /** From 0 to less than 1 (mulberry32). */
  function random(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function at(delay: number, run: () => void): () => void {
    const timer = { at: time + delay, run };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  function table(model: string): Map<string, Row> {
    const known = tables.get(model);
    if (known) return known;
    const fresh = new Map<string, Row>();
    tables.set(model, fresh);
    return fresh;
  }

  function isMatch(row: Row, condition: Condition): boolean {
    const model: StoredModel = { name: '', fields: [], indexes: [], watched: false };
    return matches({ condition, row, model, related: () => ({ model, rows: [] }) });
  }

  const operations: Pick<Store, 'find' | 'write'> = {
    find: async ({ model, where }) => [...table(model).values()].filter(row => isMatch(row, where)),
    async write(writes) {
      return writes.map(write => {
        const rows = table(write.model);
        if (write.kind === 'insert') {
          if (rows.has(String(write.row.id))) throw kernelErrors.VALUE_NOT_UNIQUE();
          const row = { ...write.row, version: 1 } as Row;
          rows.set(row.id, row);
          return { matched: 1, rows: [row] };
        }
        const found = [...rows.values()].filter(row => isMatch(row, write.where));
        for (const row of found) {
          rows.delete(row.id);
          if (write.kind === 'remove') continue;
          const sums = Object.entries(write.add ?? {}).map(([name, by]) => [name, Number(row[name] ?? 0) + by]);
          rows.set(row.id, { ...row, ...write.set, ...Object.fromEntries(sums), version: row.version + 1 });
        }
        return { matched: found.length, rows: [] };
      });
    },
  };

  /** Done after a while, answered after another one. A failure is told before, instead of, or long after. */
  function late<T>(run: () => Promise<T>, after: Clock['after']): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fate = random() < failing ? random() : 1;
    const answer = (settle: () => void) => after(random() * latency, settle);
    const unavailable = () => answer(() => reject(kernelErrors.STORE_UNAVAILABLE()));
    if (fate < 0.3) unavailable();
    else if (fate < 0.6) {
      unavailable();
      at(random() * 20_000, () => run().catch(() => {}));
    } else {
      at(random() * latency, () => {
        run().then(
          result => (fate < 1 ? unavailable() : answer(() => resolve(result))),
          thrown => answer(() => reject(thrown)),
        );
      });
    }
    return promise;
  }

  function newId(): string {
    return Array.from({ length: 24 }, () => Math.floor(random() * 16).toString(16)).join('');
  }

  function add({ clockOffset }: { clockOffset: number }): WorldInstance {
    let isAlive = true;
    let pausedUntil = 0;
    const after: Clock['after'] = (ms, run) => {
      const due = () => {
        if (!isAlive) return;
        if (time < pausedUntil) at(pausedUntil - time, due);
        else run();
      };
      return at(ms, due);
    };
    const clock: Clock = { now: () => time + clockOffset, ticks: () => time, after };
    const store = {
      find: query => late(() => operations.find(query), after),
      write: writes => late(() => operations.write(writes), after),
    } as Store;
    const log = pino({ level: 'silent' });
    const runtime = { store, now: clock.now, newId, log } as unknown as Runtime;
    const keeper = createShareKeeper({
      ledger: createShareLedger(runtime),
      watch: createInstanceWatch({ runtime, clock }),
      clock,
      slack,
      onFailure: () => {},
    });
    const rates = createRateLimits({
      settings: { perMinute: 60, perUser: null, global: null },
      keeper: () => keeper,
    });
    const worker = keepSharing({ keeper, log, clock });
    const principal = principalIn([]);
    const decided: { at: number; taken: Taken | undefined }[] = [];

    async function call(rate: number): Promise<void> {
      try {
        const taking = rates.take({ principal, rate, now: clock.now() });
        // Counted at this very moment, or at that at which the promise is kept.
        const taken = taking instanceof Promise ? await taking : taking;
        decided.push({ at: time, taken });
      } catch (thrown) {
        if (!(thrown instanceof GatehouseError)) throw thrown;
        decided.push({ at: time, taken: undefined });
      }
    }

    return {
      decided,
      call(rate) {
        after(0, () => void call(rate));
      },
      sweep() {
        after(0, () => void rates.sweep(clock.now()).catch(() => {}));
      },
      pause(ms) {
        pausedUntil = Math.max(pausedUntil, time + ms);
      },
      kill() {
        isAlive = false;
      },
      async stop() {
        await worker.stop();
        isAlive = false;
      },
    };
  }

  return {
    get time() {
      return time;
    },
    get failing() {
      return failing;
    },
    set failing(probability) {
      failing = probability;
    },
    add,
    async advance(ms) {
      const end = time + ms;
      for (;;) {
        const next = earliest();
        if (!next || next.at > end) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.run();
        // What follows from it at the same moment.
        await new Promise(resolve => setImmediate(resolve));
      }
      time = end;
    },
  };
}

/** The most calls that were admitted within any 60 s: every window that is as full as any ends with a call. */
export function fullestMinute(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, time, index) => {
    while ((sorted[first] ?? 0) <= time - 60_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
