import { equals, type Runtime } from '../../../src/index.ts';

/** The id of the user that a service acts as; undefined: the client is no service. */
export async function serviceUser(runtime: Runtime, clientId: string): Promise<string | undefined> {
  const where = equals('client_id', clientId);
  const [row] = await runtime.store.find({ model: 'oauth.client', where, limit: 1 });
  return row?.kind === 'service' && typeof row.user === 'string' ? row.user : undefined;
}
