import { mongo } from 'mongoose';
import { GatehouseError, kernelErrors } from '../../errors.ts';
import { fieldOfIndex } from './index-names.ts';
import { LimitReached } from './limits.ts';

/** Server codes that say: not now. The state of the server, its replica set or its network, not the request. */
const unavailable: ReadonlySet<number> = new Set([
  1, // InternalError: how a compatible server passes on that its own database is away
  6,
  7,
  18,
  43,
  63,
  64,
  89,
  91,
  133,
  134,
  150,
  189,
  216,
  234,
  317,
  358,
  9001,
  10058,
  10107,
  11600,
  11602,
  13388,
  13435,
  13436,
  14031,
]);
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
  if (conflicts.has(code) || thrown.hasErrorLabel('TransientTransactionError')) {
    return kernelErrors.STORE_CONFLICT(parts);
  }
  const isUnavailable = unavailable.has(code) || thrown instanceof mongo.MongoWriteConcernError;
  return isUnavailable ? kernelErrors.STORE_UNAVAILABLE(parts) : thrown;
}

/**
 * A refused duplicate as VALUE_NOT_UNIQUE with `data: { model, field }`; anything else comes back as it is. The field
 * is taken from the name of our index in the message: compatible servers send no `keyPattern`. In every server's
 * message the name comes before the value, so that a value cannot pose as one.
 */
export function mapDuplicate({ thrown, model }: { thrown: unknown; model: string }): unknown {
  if (!(thrown instanceof mongo.MongoServerError) || thrown.code !== 11000) return thrown;
  const found = /\bindex: (\S+)|\bIndex '([^']+)'/.exec(thrown.message);
  return notUnique({ model, field: fieldOfIndex(found?.[1] ?? found?.[2] ?? '') });
}

/** `field` undefined: the server did not say which. */
export function notUnique({ model, field }: { model: string; field: string | undefined }): GatehouseError {
  if (field === undefined) return kernelErrors.VALUE_NOT_UNIQUE({ data: { model } });
  return kernelErrors.VALUE_NOT_UNIQUE({
    message: `The value of \`${field}\` is already used.`,
    data: { model, field },
  });
}

/**
 * Whether this is how the DocumentDB engine reports a duplicate in `findAndModify`: not as 11000, but by the name of a
 * constraint of its own, which says nothing of the field.
 */
export function isUnnamedDuplicate(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && /violates (exclusion|unique) constraint/.test(error.message);
}

/** Text without the user and password of any connection string in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/)[^\s"'`/]*@/gi, '$1***@');
}
