import { hasCode, kernelErrors, type Runtime } from '../../../src/index.ts';
import { endSession } from './session-rows.ts';
import { readSlots, replaceSlots } from './slots.ts';

const maxTries = 100;

/**
 * Ends the session that a client gives up itself, so that its slot is free at once; its client is not barred. Nothing
 * where it has none open. `client`: the SHA-256 of its client key.
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
      const open = slots.open.filter(other => other !== slot);
      await runtime.store.write([replaceSlots(slots, { open, ended: slots.ended })]);
    } catch (thrown) {
      if (!hasCode(thrown, 'STORE_CONFLICT')) throw thrown;
      continue;
    }
    await runtime.store.write([endSession({ id: slot.session, time: runtime.now(), reason: 'closed' })]);
    return;
  }
  throw kernelErrors.STORE_CONFLICT({ detail: `the sessions of ${credentialId} change too fast` });
}
