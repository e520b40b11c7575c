import {
  all,
  any,
  type Call,
  compare,
  equals,
  hasCode,
  not,
  type Runtime,
  type WriteOperation,
} from '../../../src/index.ts';

/** Counts what each key is used for, in memory, and writes it down now and then. */
export interface KeyUsage {
  /** A call has ended, which a key may have made; refused or not, as long as the key itself was good. */
  finished(call: Call): void;
  /** Writes what has come together; keeps it for the next time where the store does not answer. */
  flush(): Promise<void>;
}

interface Use {
  count: number;
  time: number;
  address: string;
}

const model = 'security.api-key-usage';

export function createKeyUsage(runtime: Runtime): KeyUsage {
  let uses = new Map<string, Use>();

  function used({ id, time, address, count = 1 }: { id: string; time: number; address: string; count?: number }): void {
    const use = uses.get(id);
    if (!use) uses.set(id, { count, time, address });
    else {
      use.count += count;
      if (time < use.time) return;
      use.time = time;
      use.address = address;
    }
  }

  async function write(entries: readonly (readonly [string, Use])[]): Promise<void> {
    const writes = entries.flatMap(([id, use]): WriteOperation[] => {
      const time = new Date(use.time).toISOString();
      const isLatest = any(equals('last_used_at', null), not(compare('last_used_at', '>', time)));
      return [
        { kind: 'update', model, where: equals('id', id), add: { count: use.count } },
        // Another instance may have written a later use already.
        {
          kind: 'update',
          model,
          where: all(equals('id', id), isLatest),
          set: { last_used_at: time, last_address: use.address },
        },
      ];
    });
    const results = await runtime.store.write(writes, { atomic: false });
    for (const [index, [id, use]] of entries.entries()) if (results[index * 2]?.matched === 0) await insert(id, use);
  }

  async function insert(id: string, { count, time, address }: Use): Promise<void> {
    const row = { id, count, last_used_at: new Date(time).toISOString(), last_address: address };
    try {
      await runtime.store.write([{ kind: 'insert', model, row }]);
    } catch (thrown) {
      // Another instance was first: now there is something to add to.
      if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
      await write([[id, { count, time, address }]]);
    }
  }

  return {
    finished({ principal, receivedAt: time, address }) {
      if (principal?.credential.kind === 'api-key') used({ id: principal.credential.id, time, address });
    },
    async flush() {
      const taken = [...uses];
      uses = new Map();
      if (taken.length === 0) return;
      try {
        await write(taken);
      } catch (thrown) {
        for (const [id, use] of taken) used({ id, ...use });
        throw thrown;
      }
    },
  };
}
