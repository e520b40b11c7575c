import { hash } from 'node:crypto';
import { equals, hasCode, kernelErrors, type Row, type Runtime } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import type { SecuritySettings } from '../settings.ts';
import { maxEnded } from './admission.ts';
import { agentKeys } from './client-key.ts';
import { endSession } from './session-rows.ts';
import { readSlots, replaceSlots } from './slots.ts';

const maxTries = 100;

/**
 * Ends a session: its next call is refused, here at once and on every other instance within a second, and its client
 * gets no new one for `endedMinutes`, with a fresh session of the protocol neither. False: it had ended already.
 * Throws SESSION_NOT_FOUND.
 */
export async function endSessionByHand(input: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['sessions'];
  readonly id: string;
}): Promise<boolean> {
  const { runtime, settings, id } = input;
  const [row] = await runtime.store.find({ model: 'security.session', where: equals('id', id), limit: 1 });
  if (!row) throw securityErrors.SESSION_NOT_FOUND({ message: `There is no session ${id}.` });
  if (row.state !== 'active') return false;
  await giveUpSlot({ runtime, settings, row });
  const time = runtime.now();
  await runtime.store.write([endSession({ id, time, reason: 'by_hand' })]);
  try {
    await runtime.store.write([
      { kind: 'insert', model: 'security.session-ending', row: { id, time: new Date(time).toISOString() } },
    ]);
  } catch (thrown) {
    // Somebody else ends it as well.
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
  }
  return true;
}

/** Takes the session out of its credential's document and bars its client, by one conditional update. */
async function giveUpSlot(input: {
  runtime: Runtime;
  settings: SecuritySettings['sessions'];
  row: Row;
}): Promise<void> {
  const { runtime, settings, row } = input;
  const until = runtime.now() + settings.endedMinutes * 60_000;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const slots = await readSlots(runtime, String(row.credential_id));
    const slot = slots.open.find(({ session }) => session === row.id);
    const clients = [...(slot ? [slot.client] : []), ...agentKeys(row).map(key => hash('sha256', key))];
    const barred = [...new Set(clients)].map(client => ({ client, until }));
    const ended = [...slots.ended.filter(({ client }) => !clients.includes(client)), ...barred].slice(-maxEnded);
    try {
      await runtime.store.write([replaceSlots(slots, { open: slots.open.filter(other => other !== slot), ended })]);
      return;
    } catch (thrown) {
      if (!hasCode(thrown, 'STORE_CONFLICT') && !hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    }
  }
  throw kernelErrors.STORE_CONFLICT({ detail: `the sessions of ${row.credential_id} change too fast` });
}
