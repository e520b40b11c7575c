import { all, always, type Clock, equals, type Runtime, recordStamp } from '../../../src/index.ts';

/** Says that this instance lives, and knows which others have not said so for too long. */
export interface InstanceWatch {
  /** Another one after the shares of this instance were lost, or given back. */
  readonly id: string;
  /** This instance has said that it lives so lately that nobody may take its shares for lost. */
  isSure(): boolean;
  /** Says so now. False: its shares were lost, and `id` is new. Throws STORE_UNAVAILABLE. */
  renew(): Promise<boolean>;
  /**
   * Those of these that live, by what is written down now. The others have been struck off: their last calls have left
   * the window, and they admit none before they have found out. Ask with what was read before: whoever holds something
   * was written down earlier.
   */
  living(instances: readonly string[]): ReadonlySet<string> | Promise<ReadonlySet<string>>;
  /** Looks at what the others have said, and strikes off those that have been silent for too long. */
  look(): Promise<void>;
  /** Nothing is held in the name of `id` any more; it is another one from now on. */
  leave(): Promise<void>;
}

const model = 'security.rate-instance';
/** ms after which an instance that could not say that it lives admits nothing before it has. */
const sureFor = 10_000;
/** ms of silence after which an instance is lost: it was sure for some, its last call counts for a minute, and clocks run unevenly. */
const lostAfter = sureFor + 60_000 + 10_000;

/** A moment on both clocks: the one goes on while the machine sleeps, the other is never put forward or back. */
interface Moment {
  readonly now: number;
  readonly ticks: number;
}

interface Sight {
  readonly beat: number;
  readonly since: Moment;
}

/** Only lengths of time on this instance's own clocks decide: what the clocks of others say does not matter. */
export function createInstanceWatch({ runtime, clock }: { runtime: Runtime; clock: Clock }): InstanceWatch {
  const { store } = runtime;
  let sights = new Map<string, Sight>();
  let id = runtime.newId();
  let isKnown = false;
  let renewed: Moment | undefined;
  let renewing: Promise<boolean> | undefined;

  const moment = (): Moment => ({ now: clock.now(), ticks: clock.ticks() });

  async function renew(): Promise<boolean> {
    const before = moment();
    const wasKnown = isKnown;
    if (isKnown) {
      const [result] = await store.write([{ kind: 'update', model, where: equals('id', id), add: { beat: 1 } }]);
      if (result?.matched === 1) {
        renewed = before;
        return true;
      }
      isKnown = false;
      renewed = undefined;
    }
    id = runtime.newId();
    await store.write([{ kind: 'insert', model, row: { id, beat: 1, ...recordStamp(runtime) } }]);
    isKnown = true;
    renewed = before;
    return !wasKnown;
  }

  /** Reads who is there. */
  async function list(): Promise<ReadonlySet<string>> {
    const rows = await store.find({ model, where: always });
    const seen = new Map<string, Sight>();
    for (const row of rows) {
      const beat = Number(row.beat);
      const before = sights.get(row.id);
      const since = moment();
      // A clock that was put back would make the silence look shorter, for as long as it was put back.
      const goesOn = before?.beat === beat && since.now >= before.since.now;
      seen.set(row.id, goesOn ? before : { beat, since });
    }
    sights = seen;
    return new Set(seen.keys());
  }

  return {
    get id() {
      return id;
    },
    isSure: () => renewed !== undefined && elapsed(renewed, moment()) < sureFor,
    renew() {
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    living: instances => (instances.every(instance => sights.has(instance)) ? new Set(sights.keys()) : list()),
    async look() {
      await list();
      for (const [instance, { beat, since }] of [...sights]) {
        if (instance === id || silence(since, moment()) < lostAfter) continue;
        const where = all(equals('id', instance), equals('beat', beat));
        const [result] = await store.write([{ kind: 'remove', model, where }]);
        if (result?.matched === 1) sights.delete(instance);
      }
    },
    async leave() {
      while (renewing) await renewing.catch(() => {});
      if (!isKnown) return;
      const left = id;
      // Whatever is still under way must find out that it no longer counts.
      id = runtime.newId();
      isKnown = false;
      renewed = undefined;
      await store.write([{ kind: 'remove', model, where: equals('id', left) }]);
    },
  };
}

/** At least this long, on the clock that went further; a jump back counts as well. */
function elapsed(since: Moment, until: Moment): number {
  return Math.max(Math.abs(until.now - since.now), until.ticks - since.ticks);
}

/** At most this long. */
function silence(since: Moment, until: Moment): number {
  return Math.min(until.now - since.now, until.ticks - since.ticks);
}
