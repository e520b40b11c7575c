import { all, equals, type Row, type Runtime } from '../../../src/index.ts';
import type { AuthorizationServer } from '../provider/authorization-server.ts';
import { type Scope, scopes } from '../scopes.ts';
import { forgetConsents } from './consents.ts';

/** All live grants of one client, from one user. */
export interface ConnectedApp {
  readonly clientId: string;
  /** As it was shown to the user. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601, UTC: of the first grant. */
  readonly since: string;
  readonly connections: number;
}

/** The apps that a user has connected, the newest first. */
export async function connectedApps(runtime: Runtime, userId: string): Promise<readonly ConnectedApp[]> {
  const grants = await liveGrants(runtime, userId);
  const byClient = Map.groupBy(grants, ({ client_id }) => String(client_id));
  return [...byClient].map(([clientId, rows]) => ({
    clientId,
    name: String(rows[0]?.client_name ?? clientId),
    scopes: scopes.filter(scope =>
      rows.some(({ scopes: granted }) => Array.isArray(granted) && granted.includes(scope)),
    ),
    since: String(rows.at(-1)?.createdAt ?? ''),
    connections: rows.length,
  }));
}

/** Ends all that a user has granted to a client, and forgets the consent; how many grants it were. */
export async function endConnectedApp(input: {
  readonly runtime: Runtime;
  readonly server: Pick<AuthorizationServer, 'revokeGrant'>;
  readonly userId: string;
  readonly clientId: string;
}): Promise<number> {
  const { runtime, server, userId, clientId } = input;
  await forgetConsents(runtime, { userId, clientId });
  const grants = await liveGrants(runtime, userId);
  let ended = 0;
  for (const { id, client_id } of grants) {
    if (client_id === clientId && (await server.revokeGrant({ id, reason: 'ended by its user' }))) ended += 1;
  }
  return ended;
}

/** The newest first. */
async function liveGrants(runtime: Runtime, userId: string): Promise<readonly Row[]> {
  const where = all(equals('user', userId), equals('revoked_at', null));
  return runtime.store.find({ model: 'oauth.grant', where, order: [{ field: 'createdAt', descending: true }] });
}
