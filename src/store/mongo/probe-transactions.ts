import { mongo } from 'mongoose';
import type { MetaDocument } from './database.ts';

/**
 * Whether the server really has transactions: an aborted write must be gone and a committed one there. Some compatible
 * servers accept `startTransaction`, ignore it, and keep what was aborted; and a sharded cluster does not call itself
 * a replica set, so nothing short of trying tells.
 */
export async function probeTransactions({
  client,
  meta,
  now,
}: {
  client: mongo.MongoClient;
  meta: mongo.Collection<MetaDocument>;
  now: () => number;
}): Promise<boolean> {
  const probe = (): MetaDocument => ({ _id: `probe-${new mongo.ObjectId().toHexString()}`, at: now() });
  const aborted = probe();
  const committed = probe();
  try {
    await writeAnd({ client, meta, document: aborted, end: session => session.abortTransaction() });
    if (await meta.findOne({ _id: aborted._id })) return false;
    await writeAnd({ client, meta, document: committed, end: session => session.commitTransaction() });
    return (await meta.findOne({ _id: committed._id })) !== null;
  } catch (thrown) {
    // The server's own refusal is the answer. That it cannot be reached is none.
    if (thrown instanceof mongo.MongoServerError || thrown instanceof mongo.MongoAPIError) return false;
    throw thrown;
  } finally {
    await meta.deleteMany({ _id: { $in: [aborted._id, committed._id] } });
  }
}

async function writeAnd({
  client,
  meta,
  document,
  end,
}: {
  client: mongo.MongoClient;
  meta: mongo.Collection<MetaDocument>;
  document: MetaDocument;
  end: (session: mongo.ClientSession) => Promise<void>;
}): Promise<void> {
  const session = client.startSession();
  try {
    session.startTransaction();
    await meta.insertOne(document, { session });
    await end(session);
  } finally {
    await session.endSession();
  }
}
