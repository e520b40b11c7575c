import { equals, type Runtime } from '../../../src/index.ts';

/** A client that acts as one user, without anybody agreeing. */
export interface Service {
  /** Of its record. */
  readonly id: string;
  /** Whom it acts as. */
  readonly user: string;
}

/** The service with this client id; undefined: the client is none. */
export async function findService(runtime: Runtime, clientId: string): Promise<Service | undefined> {
  const where = equals('client_id', clientId);
  const [row] = await runtime.store.find({ model: 'oauth.client', where, limit: 1 });
  return row?.kind === 'service' && typeof row.user === 'string' ? { id: row.id, user: row.user } : undefined;
}
