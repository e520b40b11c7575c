import type { Adapter } from 'oidc-provider';

/**
 * Keeps nothing: who is signed in is for the pages to know, and the provider's own session lasts for one request, so
 * that it can never stand for somebody else than who has just agreed.
 */
export const noSessions: Adapter = {
  upsert: nothing,
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

async function nothing(): Promise<undefined> {
  return undefined;
}
