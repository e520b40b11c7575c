import { all, equals, isoTime, type Runtime } from '../../../src/index.ts';

const artifact = 'oauth.artifact';

/** Ends grants and clients, with all that comes from them. */
export interface EndAccess {
  /** False: it has ended already, or there is none. */
  revokeGrant(input: { readonly id: string; readonly reason: string }): Promise<boolean>;
  /** The number of grants that ended with the client. */
  revokeClient(input: { readonly clientId: string; readonly reason: string }): Promise<number>;
  /** Every grant there is, and every service: those would get new tokens by themselves. The number of both. */
  revokeAll(reason: string): Promise<number>;
}

/** `onEnded`: something has ended, and is durable. */
export function createEndAccess({ runtime, onEnded }: { runtime: Runtime; onEnded: () => void }): EndAccess {
  const { store } = runtime;
  const now = () => isoTime(runtime.now());

  async function revokeGrant({ id, reason }: { id: string; reason: string }): Promise<boolean> {
    const where = all(equals('id', id), equals('revoked_at', null));
    const set = { revoked_at: now(), revoked_reason: reason };
    const [ended] = await store.write([{ kind: 'update', model: 'oauth.grant', where, set }]);
    // Access ends with the row; codes and refresh tokens are then of no use, and only take room.
    onEnded();
    await store.write([{ kind: 'remove', model: artifact, where: equals('grant', id) }], { atomic: false });
    return ended?.matched === 1;
  }

  return {
    revokeGrant,
    async revokeClient({ clientId, reason }) {
      const ofClient = equals('client_id', clientId);
      const where = all(ofClient, equals('ended_at', null));
      const set = { ended_at: now(), ended_reason: reason };
      // The client first: from then on it gets no grant that could be missed here.
      await store.write([{ kind: 'update', model: 'oauth.client', where, set }]);
      onEnded();
      const live = all(ofClient, equals('revoked_at', null));
      const grants = await store.find({ model: 'oauth.grant', where: live, fields: ['id'] });
      let count = 0;
      for (const { id } of grants) if (await revokeGrant({ id, reason })) count += 1;
      return count;
    },
    async revokeAll(reason) {
      const isService = all(equals('kind', 'service'), equals('ended_at', null));
      const ending = { ended_at: now(), ended_reason: reason.slice(0, 250) };
      const revoking = { revoked_at: now(), revoked_reason: reason.slice(0, 250) };
      const [ended, revoked] = await store.write(
        [
          { kind: 'update', model: 'oauth.client', where: isService, set: ending },
          { kind: 'update', model: 'oauth.grant', where: equals('revoked_at', null), set: revoking },
        ],
        { atomic: false },
      );
      onEnded();
      return (ended?.matched ?? 0) + (revoked?.matched ?? 0);
    },
  };
}
