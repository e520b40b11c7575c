import { LRUCache } from 'lru-cache';
import { all, equals, hasCode, type Runtime, recordStamp } from '../../../src/index.ts';
import { findClientRow } from './client-rows.ts';

const model = 'oauth.client-usage';
/** ms for which one note of a client's use is enough. */
const noteEvery = 3_600_000;
/** Clients whose notes are remembered. */
const most = 10_000;

/** Notes that a client got a token: it is not one of the unused any more. At most once an hour and instance. */
export function createClientUsage(runtime: Runtime): (clientId: string) => Promise<void> {
  const noted = new LRUCache<string, number>({ max: most });
  return async clientId => {
    const now = runtime.now();
    if ((noted.get(clientId) ?? Number.NEGATIVE_INFINITY) > now - noteEvery) return;
    const client = await findClientRow(runtime, clientId);
    if (!client) return;
    await markUsed(runtime, client.id);
    noted.set(clientId, now);
  };
}

async function markUsed(runtime: Runtime, id: string): Promise<void> {
  const { updatedAt, updatedBy, ...created } = recordStamp(runtime);
  const stamp = { last_used_at: updatedAt, updatedAt, updatedBy };
  const unmarked = all(equals('id', id), equals('is_used', false));
  const set = { is_used: true, updatedAt, updatedBy };
  await runtime.store.write([{ kind: 'update', model: 'oauth.client', where: unmarked, set }]);
  const again = { kind: 'update' as const, model, where: equals('id', id), set: stamp };
  const [noted] = await runtime.store.write([again]);
  if (noted && noted.matched > 0) return;
  try {
    await runtime.store.write([{ kind: 'insert', model, row: { id, ...created, ...stamp } }]);
  } catch (thrown) {
    // Another instance has noted it first.
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
  }
}
