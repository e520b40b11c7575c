import { type Connection, Mongoose, type mongo } from 'mongoose';
import { kernelErrors } from '../../errors.ts';
import { keepMonitored } from './keep-monitored.ts';
import { mapError } from './map-error.ts';

export interface Connected {
  readonly connection: Connection;
  readonly db: mongo.Db;
  /** Product and version. */
  readonly product: string;
  /** Hosts and database, no credentials. */
  readonly location: string;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly uri: string;
  /** ms until a server that does not answer counts as away. */
  readonly selectionTimeout: number;
  /** ms until a majority of a replica set must have a write. */
  readonly majorityTimeout: number;
}

/**
 * ms. Long enough to build an index over many rows; everything else has a limit of its own, and the driver's monitor
 * ends the connections to a server that has gone silent.
 */
const socketTimeout = 30 * 60_000;

/** Times `selectionTimeout`: longer than a heartbeat that is answered or fails can take. */
const lostAfter = 4;

const defaultDatabase = 'gatehouse';

/**
 * Connects through a Mongoose of its own, so that nothing global is shared. Throws CONFIG_INVALID for a URI that is
 * none and STORE_UNAVAILABLE where the server is away or refuses us; neither message holds the URI.
 */
export async function connect({ uri, selectionTimeout, majorityTimeout }: ConnectOptions): Promise<Connected> {
  const connection = new Mongoose().createConnection();
  // Outages reach the callers as errors of their operations; without a listener the event would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.openUri(uri, {
      ...(namesDatabase(uri) ? {} : { dbName: defaultDatabase }),
      appName: 'gatehouse',
      bufferCommands: false,
      autoIndex: false,
      autoCreate: false,
      serverSelectionTimeoutMS: selectionTimeout,
      connectTimeoutMS: selectionTimeout,
      waitQueueTimeoutMS: 2 * selectionTimeout,
      heartbeatFrequencyMS: selectionTimeout,
      socketTimeoutMS: socketTimeout,
      readPreference: 'primary',
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: majorityTimeout },
      ignoreUndefined: true,
    });
    const { db } = connection;
    if (!db) throw kernelErrors.STORE_UNAVAILABLE({ detail: 'the connection closed while it was opened' });
    const stop = keepMonitored({
      client: connection.getClient(),
      limit: lostAfter * selectionTimeout,
      pause: selectionTimeout,
    });
    const close = async () => {
      stop();
      await connection.close();
    };
    return { connection, db, product: await productOf(db), location: locationOf({ connection, db }), close };
  } catch (thrown) {
    await connection.close(true);
    if (isFaultyUri(thrown)) {
      throw kernelErrors.CONFIG_INVALID({ message: 'The MongoDB URI of the store is not valid.' });
    }
    throw mapError(thrown);
  }
}

function namesDatabase(uri: string): boolean {
  return /^[^:]+:\/\/[^/]+\/[^?]/.test(uri);
}

function isFaultyUri(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /^(MongoParseError|MongoInvalidArgumentError|MongoAPIError|MongoRuntimeError|URIError)$/.test(thrown.name)
  );
}

async function productOf(db: mongo.Db): Promise<string> {
  const info = await db.command({ buildInfo: 1 });
  const ferret: unknown = info.ferretdb?.version;
  return typeof ferret === 'string' ? `FerretDB ${ferret.replace(/^v/, '')}` : `MongoDB ${String(info.version)}`;
}

function locationOf({ connection, db }: { connection: Connection; db: mongo.Db }): string {
  const { srvHost, hosts } = connection.getClient().options;
  const where = srvHost ?? hosts.map(String).join(',');
  return `mongodb${srvHost ? '+srv' : ''}://${where}/${db.databaseName}`;
}
