import {
  all,
  type Condition,
  compare,
  derivedId,
  equals,
  hasCode,
  oneOf,
  type Runtime,
  recordStamp,
} from '../../../src/index.ts';

const model = 'security.volume-use';
const chunk = 500;

/** Whose records of which day. */
export interface Account {
  /** Kind and id: `api-key …`, `user …`. */
  readonly subject: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
}

/** What is taken of the quotas of each day, in the store. Every method may throw STORE_UNAVAILABLE. */
export interface VolumeLedger {
  /** Records taken of each, by subject; 0 where there is none. */
  taken(day: string, subjects: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Takes so many where no more than `quota` are taken then, by one conditional update; false: nothing is taken. */
  take(input: { account: Account; count: number; quota: number }): Promise<boolean>;
  /** Takes back what was taken and not used. */
  giveBack(input: { account: Account; count: number }): Promise<void>;
  /** Deletes what is from before that day. */
  forget(before: string): Promise<void>;
}

export function createVolumeLedger(runtime: Runtime): VolumeLedger {
  const { store } = runtime;

  async function add(input: { account: Account; count: number; where: Condition }): Promise<boolean> {
    const where = all(equals('id', idOf(input.account)), input.where);
    const [result] = await store.write([{ kind: 'update', model, where, add: { taken: input.count } }]);
    return result?.matched === 1;
  }

  return {
    async taken(day, subjects) {
      const byId = new Map(subjects.map(subject => [idOf({ subject, day }), subject]));
      const ids = [...byId.keys()];
      const found = new Map<string, number>();
      for (let start = 0; start < ids.length; start += chunk) {
        const rows = await store.find({ model, where: oneOf('id', ids.slice(start, start + chunk)) });
        for (const row of rows) found.set(byId.get(row.id) ?? '', Number(row.taken));
      }
      return new Map(subjects.map(subject => [subject, found.get(subject) ?? 0]));
    },
    async take({ account, count, quota }) {
      if (count > quota) return false;
      const where = compare('taken', '<=', quota - count);
      if (await add({ account, count, where })) return true;
      const row = { id: idOf(account), ...account, taken: count, ...recordStamp(runtime) };
      try {
        await store.write([{ kind: 'insert', model, row }]);
        return true;
      } catch (thrown) {
        // It is there already: too much is taken of it, or another instance has just made it.
        if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
        return add({ account, count, where });
      }
    },
    async giveBack({ account, count }) {
      await add({ account, count: -count, where: compare('taken', '>=', count) });
    },
    async forget(before) {
      const where = compare('day', '<', before);
      await store.write([{ kind: 'remove', model, where }], { atomic: false });
    },
  };
}

function idOf({ subject, day }: Account): string {
  return derivedId(`${day} ${subject}`);
}
