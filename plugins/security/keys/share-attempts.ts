import {
  all,
  type Condition,
  compare,
  derivedId,
  equals,
  hasCode,
  isoTime,
  type Runtime,
  type WriteOperation,
} from '../../../src/index.ts';
import type { Attempts, UntoldAttempts } from './attempts.ts';

/** What instances on one store know of each other's failed attempts. */
export interface SharedAttempts {
  /** What has been counted so far, by any instance: at start, so that a restart opens no lock. */
  load(): Promise<void>;
  /** Tells the others, and learns what they have counted: call it twice a second or more often. */
  exchange(): Promise<void>;
}

const model = 'security.failed-attempts';
/** ms of the past that are read again and again: as far as the clocks of the instances may be apart. */
const lookBack = 10_000;
const maxRows = 20_000;

/** `memory`: ms after which failures are forgotten. */
export function shareAttempts(parts: { runtime: Runtime; attempts: Attempts; memory: number }): SharedAttempts {
  const { runtime, attempts, memory } = parts;
  const { store } = runtime;

  /** False where another instance was quicker: the next time there is a row to add to. */
  async function tell({ claim, failures, isCleared, lastAt }: UntoldAttempts): Promise<boolean> {
    const isSame = equals('id', derivedId(claim));
    const set = { last_at: isoTime(lastAt), noted_at: isoTime(runtime.now()) };
    const edge = isoTime(lastAt - memory);
    const ways: WriteOperation[] = isCleared
      ? [{ kind: 'update', model, where: isSame, set: { ...set, count: failures } }]
      : [
          {
            kind: 'update',
            model,
            where: all(isSame, compare('last_at', '>', edge)),
            set,
            add: { count: failures },
          },
          {
            kind: 'update',
            model,
            where: all(isSame, compare('last_at', '<=', edge)),
            set: { ...set, count: failures },
          },
        ];
    for (const way of ways) {
      const [result] = await store.write([way]);
      if (result?.matched === 1) return true;
    }
    try {
      await store.write([{ kind: 'insert', model, row: { id: derivedId(claim), claim, count: failures, ...set } }]);
      return true;
    } catch (thrown) {
      if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
      return false;
    }
  }

  async function tellAll(): Promise<void> {
    const untold = new Set(attempts.take());
    try {
      for (const known of untold) if (await tell(known)) untold.delete(known);
    } finally {
      for (const known of untold) attempts.giveBack(known);
    }
  }

  async function learn(where: Condition): Promise<void> {
    const order = [{ field: 'noted_at', descending: true }];
    const rows = await store.find({ model, where, order, limit: maxRows });
    for (const { claim, count, last_at: lastAt } of rows) {
      attempts.learn({ claim: String(claim), count: Number(count), lastAt: Date.parse(String(lastAt)) });
    }
  }

  return {
    load: () => learn(compare('last_at', '>', isoTime(runtime.now() - memory))),
    async exchange() {
      await tellAll();
      await learn(compare('noted_at', '>', isoTime(runtime.now() - lookBack)));
    },
  };
}

/** Deletes what is forgotten; answers with how many. `memory`: as above. */
export async function forgetAttempts({ runtime, memory }: { runtime: Runtime; memory: number }): Promise<number> {
  const where = compare('last_at', '<=', isoTime(runtime.now() - memory));
  const [removed] = await runtime.store.write([{ kind: 'remove', model, where }], { atomic: false });
  return removed?.matched ?? 0;
}
