import { all, equals, isoTime, type Json, type Row, type Runtime, recordStamp } from '../../../src/index.ts';
import type { ClientKind } from '../provider/authorization-server.ts';
import { offlineAccess, type Scope, scopesIn } from '../scopes.ts';
import type { Metadata } from './metadata-fields.ts';
import { hashSecret } from './secret.ts';

const model = 'oauth.client';
const secretModel = 'oauth.client-secret';

/** What every client id is made of; what else is asked for is no client. */
const clientIdForm = /^[\x21-\x7e]{1,2048}$/;

export interface NewClient {
  readonly runtime: Runtime;
  readonly clientId: string;
  readonly kind: ClientKind;
  /** In the names of RFC 7591, normal. `client_secret` is kept as its hash. */
  readonly metadata: Metadata;
  readonly scopes: readonly Scope[];
  /** Id of the user that a service acts as. */
  readonly user?: string;
  /** ms since the epoch, until which a metadata document counts. */
  readonly freshUntil?: number;
}

/** The client with this id as OAuth has it, ended or not. */
export async function findClientRow(runtime: Runtime, clientId: string): Promise<Row | undefined> {
  if (!clientIdForm.test(clientId)) return undefined;
  return (await runtime.store.find({ model, where: equals('client_id', clientId), limit: 1 }))[0];
}

/** Keeps a new client. Throws VALUE_NOT_UNIQUE where its id is taken. */
export async function insertClient(input: NewClient): Promise<Row> {
  const { runtime, clientId, kind, scopes, user, freshUntil } = input;
  const { client_id, client_secret, client_secret_expires_at, client_id_issued_at, ...metadata } = input.metadata;
  const id = runtime.newId();
  const now = isoTime(runtime.now());
  const row = {
    id,
    client_id: clientId,
    kind,
    name: String(metadata.client_name ?? clientId),
    metadata: metadata as Json,
    scopes: [...scopes],
    user: user ?? null,
    is_used: false,
    registered_at: now,
    fetched_at: freshUntil === undefined ? null : now,
    fresh_until: freshUntil === undefined ? null : isoTime(freshUntil),
    ended_at: null,
    ended_reason: null,
    ...recordStamp(runtime),
  };
  if (typeof client_secret === 'string') {
    // The secret first: a client without one could not authenticate, a secret without a client is unreachable.
    const secret = { id, hash: hashSecret(client_secret), ...recordStamp(runtime) };
    await runtime.store.write([{ kind: 'insert', model: secretModel, row: secret }]);
  }
  await runtime.store.write([{ kind: 'insert', model, row }]);
  return { ...row, version: 1 };
}

/**
 * The metadata of a client as the provider takes it. `scope` is what it may ask for: what it has said itself, as far as
 * its row lets it. Of a client with a secret, `client_secret` is the hash.
 */
export async function metadataOf(runtime: Runtime, row: Row): Promise<Record<string, unknown>> {
  const metadata = row.metadata as Metadata;
  const own = new Set(scopesIn(typeof metadata.scope === 'string' ? metadata.scope : ''));
  const allowed = (Array.isArray(row.scopes) ? row.scopes : []).filter(scope => own.has(scope as Scope));
  const isOffline = Array.isArray(metadata.grant_types) && metadata.grant_types.includes('refresh_token');
  const [secret] = await runtime.store.find({ model: secretModel, where: equals('id', row.id), limit: 1 });
  return {
    ...metadata,
    client_id: String(row.client_id),
    scope: [...allowed, ...(isOffline ? [offlineAccess] : [])].join(' '),
    ...(secret && { client_secret: String(secret.hash) }),
  };
}

/** Removes clients that nothing depends on; those that were changed in the meantime stay. The number of those removed. */
export async function removeClients(runtime: Runtime, rows: readonly Row[]): Promise<number> {
  let removed = 0;
  for (const { id, version } of rows) {
    const where = all(equals('id', id), equals('version', version));
    const [done] = await runtime.store.write([{ kind: 'remove', model, where }]);
    if (!done || done.matched === 0) continue;
    removed += 1;
    for (const companion of [secretModel, 'oauth.client-usage']) {
      await runtime.store.write([{ kind: 'remove', model: companion, where: equals('id', id) }]);
    }
  }
  return removed;
}
