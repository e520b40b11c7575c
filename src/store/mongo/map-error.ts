import { mongo } from 'mongoose';
import { GatehouseError, kernelErrors } from '../../errors.ts';
import { LimitReached } from './limits.ts';

/** Server codes that say: not now. The state of the server, its replica set or its network, not the request. */
const unavailable: ReadonlySet<number> = new Set(
  [
    [1], // InternalError: how a compatible server passes on that its own database is away
    [6, 7, 89, 9001], // the network
    [10107, 13388, 13435, 13436, 189, 133, 134, 150, 216, 234, 317, 358], // no primary, or not this one
    [91, 11600, 11602], // shutting down
    [18, 43, 63, 64], // not let in; a cursor or a majority lost
    [14031], // no room on the disk
  ].flat(),
);
const timedOut: ReadonlySet<number> = new Set([50, 202, 262, 290]);
/** WriteConflict, NoSuchTransaction, LockTimeout, SnapshotUnavailable and their like. */
const conflicts: ReadonlySet<number> = new Set([24, 112, 225, 239, 244, 246, 251]);

/** The driver's errors about the connection; most of its others are mistakes in the program. */
function isOfConnection(thrown: Error): boolean {
  if (thrown instanceof mongo.MongoNetworkError || thrown instanceof mongo.MongoSystemError) return true;
  return /^(MongooseServerSelection|MongoPool|MongoWaitQueue|MongoNotConnected|MongoTopologyClosed|MongoClientClosed|MongoExpiredSession|MongoServerClosed)/.test(
    thrown.name,
  );
}

/**
 * What a failure of the driver means to Gatehouse: STORE_UNAVAILABLE, QUERY_TIMEOUT or STORE_CONFLICT. Anything else
 * comes back as it is.
 */
export function mapError(thrown: unknown): unknown {
  if (thrown instanceof mongo.MongoBulkWriteError && (thrown.errorResponse as unknown) instanceof Error) {
    // Not the server's answer to the batch, but why there was none.
    return mapError(thrown.errorResponse);
  }
  if (!(thrown instanceof Error) || thrown instanceof GatehouseError) return thrown;
  const parts = { detail: withoutCredentials(`${thrown.name}: ${thrown.message}`) };
  if (thrown instanceof LimitReached || isOfConnection(thrown)) {
    return kernelErrors.STORE_UNAVAILABLE(parts);
  }
  if (!(thrown instanceof mongo.MongoServerError)) return thrown;
  const code = Number(thrown.code);
  if (timedOut.has(code)) return kernelErrors.QUERY_TIMEOUT(parts);
  if (isConflict(thrown)) return kernelErrors.STORE_CONFLICT(parts);
  const isUnavailable = unavailable.has(code) || thrown instanceof mongo.MongoWriteConcernError;
  return isUnavailable ? kernelErrors.STORE_UNAVAILABLE(parts) : thrown;
}

/** Whether another transaction was in the way: tried again, it may well succeed. */
export function isConflict(thrown: unknown): boolean {
  if (!(thrown instanceof mongo.MongoServerError)) return false;
  if (conflicts.has(Number(thrown.code)) || thrown.hasErrorLabel('TransientTransactionError')) return true;
  // The DocumentDB engine passes on what PostgreSQL says, under codes of its own.
  return /could not serialize access|deadlock detected|current transaction is aborted/.test(thrown.message);
}

/** Text without the user and password of any connection string in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/)[^\s"'`/]*@/gi, '$1***@');
}
