import { hasCode, kernelErrors, type Runtime } from '../../../src/index.ts';
import { maxEnded } from './admission.ts';
import { endSession } from './session-rows.ts';
import { readSlots, replaceSlots } from './slots.ts';

const maxTries = 100;
/** ms within which what the client had sent before has arrived, and does not begin a session anew. */
const lateFor = 60_000;

/**
 * Ends the session that a client gives up itself, so that its slot is free at once. Nothing where it has none open. `client`: the SHA-256 of its client key.
 */
export async function leaveSession(input: {
  readonly runtime: Runtime;
  readonly credentialId: string;
  readonly client: string;
}): Promise<void> {
  const { runtime, credentialId, client } = input;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const slots = await readSlots(runtime, credentialId);
    const slot = slots.open.find(other => other.client === client);
    if (!slot) return;
    try {
      const now = runtime.now();
      const open = slots.open.filter(other => other !== slot);
      // In front, where it is the first to be forgotten: whom somebody else has ended is remembered before that.
      const closed = { client, until: now + lateFor, closed: true } as const;
      const ended = [closed, ...slots.ended.filter(({ until }) => until > now)].slice(-maxEnded);
      await runtime.store.write([replaceSlots(slots, { open, ended })]);
    } catch (thrown) {
      if (!hasCode(thrown, 'STORE_CONFLICT')) throw thrown;
      continue;
    }
    await runtime.store.write([endSession({ id: slot.session, time: runtime.now(), reason: 'closed' })]);
    return;
  }
  throw kernelErrors.STORE_CONFLICT({ detail: `the sessions of ${credentialId} change too fast` });
}
