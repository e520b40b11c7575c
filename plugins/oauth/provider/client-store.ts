import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { ClientRules } from './authorization-server.ts';

/**
 * What clients may ask for at most, under a name that oidc-provider does not know: it would refuse a request for more,
 * where the client is to get what there is.
 */
export const allowedScope = 'gatehouse_scope';

/** Where oidc-provider finds clients and keeps those that register. */
export function createClientStore(rules: Pick<ClientRules, 'findClient' | 'storeClient'>): Adapter {
  return {
    async upsert(_id, payload) {
      await rules.storeClient(payload);
    },
    async find(id) {
      const found = await rules.findClient(id);
      if (!found) return undefined;
      const { scope, ...metadata } = found;
      return { ...metadata, [allowedScope]: scope ?? null } as AdapterPayload;
    },
    consume: notForClients,
    destroy: notForClients,
    revokeByGrantId: notForClients,
    findByUid: notForClients,
    findByUserCode: notForClients,
  };
}

async function notForClients(): Promise<undefined> {
  return undefined;
}
