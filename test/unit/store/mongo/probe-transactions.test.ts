import { mongo } from 'mongoose';
import { describe, expect, test } from 'vitest';
import type { MetaDocument } from '../../../../src/store/mongo/database.ts';
import { probeTransactions } from '../../../../src/store/mongo/probe-transactions.ts';

type Kind = 'real' | 'ignores startTransaction' | 'ignores the session' | 'loses commits' | 'refuses';

/** As much of a server as the probe speaks to. */
function server(kind: Kind) {
  const kept = new Map<string, MetaDocument>();
  const client = {
    startSession() {
      const pending: MetaDocument[] = [];
      return {
        pending,
        startTransaction() {},
        async abortTransaction() {},
        async commitTransaction() {
          if (kind === 'ignores startTransaction') throw new mongo.MongoServerError({ message: 'm', code: 59 });
          if (kind !== 'loses commits') for (const document of pending) kept.set(document._id, document);
        },
        async endSession() {},
      };
    },
  };
  const meta = {
    async insertOne(document: MetaDocument, { session }: { session: { pending: MetaDocument[] } }) {
      if (kind === 'refuses') throw new mongo.MongoServerError({ message: 'no transactions here', code: 20 });
      if (kind === 'ignores startTransaction' || kind === 'ignores the session') kept.set(document._id, document);
      else session.pending.push(document);
    },
    findOne: async ({ _id }: { _id: string }) => kept.get(_id) ?? null,
    async deleteMany({ _id }: { _id: { $in: string[] } }) {
      for (const id of _id.$in) kept.delete(id);
    },
  };
  return { kept, client, meta };
}

function probe({ client, meta }: ReturnType<typeof server>): Promise<boolean> {
  return probeTransactions({
    client: client as unknown as mongo.MongoClient,
    meta: meta as unknown as mongo.Collection<MetaDocument>,
    now: () => 0,
  });
}

describe('whether a server has transactions', () => {
  const cases: [Kind, boolean][] = [
    ['real', true],
    ['ignores startTransaction', false],
    ['ignores the session', false],
    ['loses commits', false],
    ['refuses', false],
  ];
  test.each(cases)('%s: %s', async (kind, expected) => {
    const one = server(kind);
    expect(await probe(one)).toBe(expected);
    expect([...one.kept.keys()]).toEqual([]);
  });

  test('a server that cannot be reached gives no answer', async () => {
    const one = server('real');
    const meta = { ...one.meta, insertOne: () => Promise.reject(new mongo.MongoNetworkError('gone')) };
    await expect(probe({ ...one, meta })).rejects.toThrow('gone');
  });
});
