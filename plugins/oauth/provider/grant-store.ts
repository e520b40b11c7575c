import type { Adapter, AdapterPayload } from 'oidc-provider';
import { all, equals, type Json, type Row, type Runtime, recordStamp } from '../../../src/index.ts';
import { scopesIn } from '../scopes.ts';

export interface GrantStoreParts {
  readonly runtime: Runtime;
  readonly resource: string;
  /** What the client calls itself. */
  readonly nameOf: (clientId: string) => Promise<string>;
  /** Why the provider ends a grant just now. */
  readonly reason: () => string;
  readonly revoke: (input: { readonly id: string; readonly reason: string }) => Promise<boolean>;
}

const model = 'oauth.grant';

/** Where oidc-provider keeps grants: the rows that users see as their connected apps. An ended one is not found. */
export function createGrantStore({ runtime, resource, nameOf, reason, revoke }: GrantStoreParts): Adapter {
  const { store } = runtime;
  return {
    async upsert(id, payload) {
      const kept = payload as Json;
      const where = equals('id', id);
      const [changed] = await store.write([{ kind: 'update', model, where, set: { payload: kept } }]);
      if (changed && changed.matched > 0) return;
      const user = String(payload.accountId);
      const clientId = String(payload.clientId);
      const granted = (payload.resources ?? {}) as Readonly<Record<string, string>>;
      const row = {
        id,
        user,
        client_id: clientId,
        client_name: await nameOf(clientId),
        scopes: [...scopesIn(granted[resource])],
        resource,
        revoked_at: null,
        revoked_reason: null,
        payload: kept,
        ...recordStamp(runtime, user),
      };
      await store.write([{ kind: 'insert', model, row }]);
    },
    async find(id) {
      const row = await findLiveGrant(runtime, id);
      return row && (row.payload as AdapterPayload);
    },
    async destroy(id) {
      await revoke({ id, reason: reason() });
    },
    consume: notForGrants,
    revokeByGrantId: notForGrants,
    findByUid: notForGrants,
    findByUserCode: notForGrants,
  };
}

/** The grant with this id, unless it has ended. */
async function findLiveGrant(runtime: Runtime, id: string): Promise<Row | undefined> {
  const where = all(equals('id', id), equals('revoked_at', null));
  return (await runtime.store.find({ model, where, limit: 1 }))[0];
}

async function notForGrants(): Promise<undefined> {
  return undefined;
}
