import { all, equals, hasCode, type Row, type Runtime } from '../../../src/index.ts';
import { memberAddresses } from '../member-addresses.ts';
import { coolDownOf } from './alert-book.ts';
import { alertMessage } from './alert-message.ts';
import type { AlertSettings } from './alert-settings.ts';
import { type AlertType, alertTypeNames } from './alert-types.ts';
import { expiryOwners } from './expiry-owners.ts';
import { takeMailSlot } from './mail-slot.ts';

const model = 'security.alert';
/** Alerts that one look takes in; those beyond come with the next. */
const maxRows = 1_000;

/**
 * Mails what is open and has news: at once when an alert opens, then once a cool-down while it goes on. Of several
 * instances one does. A mail that the outbox did not take is tried again.
 */
export async function mailAlerts(input: { runtime: Runtime; settings: AlertSettings }): Promise<void> {
  const { runtime, settings } = input;
  const where = all(equals('unmailed', true), equals('state', 'open'));
  const rows = await runtime.store.find({ model, where, limit: maxRows });
  for (const type of alertTypeNames) {
    const coolDown = coolDownOf(settings, type);
    const isDue = (row: Row) => row.type === type && isOver(row.mailed_at, runtime.now() - coolDown);
    if (!rows.some(isDue)) continue;
    const slot = await takeMailSlot({ runtime, type, coolDown, most: settings.mailsPerCoolDown });
    if (!slot) continue;
    let isUsed = false;
    try {
      // Read again: who held the slot before may have mailed them.
      const due = (await runtime.store.find({ model, where, limit: maxRows })).filter(isDue);
      if (due.length > 0) {
        await send({ ...input, type, rows: due });
        isUsed = true;
        await markMailed(runtime, due);
      }
    } finally {
      await slot.release(isUsed);
    }
  }
}

function isOver(mailedAt: unknown, limit: number): boolean {
  return typeof mailedAt !== 'string' || Date.parse(mailedAt) <= limit;
}

async function send(input: { runtime: Runtime; settings: AlertSettings; type: AlertType; rows: readonly Row[] }) {
  const { runtime, settings, type, rows } = input;
  const { mail, log, server } = runtime;
  const recipients = new Set([...(await memberAddresses(runtime, 'security.manager')), ...settings.mailTo]);
  if (recipients.size === 0) log.warn({ alert: type, count: rows.length }, 'nobody to mail an alert to');
  const owners = type === 'key_expiring' ? await expiryOwners(runtime, rows) : new Map<string, string>();
  for (const to of recipients) {
    const news = rows.filter(({ id }) => owners.get(id) !== to);
    if (news.length === 0) continue;
    const message = alertMessage({ type, rows: news, server: server.publicUrl });
    try {
      await mail.send({ to, ...message });
    } catch (thrown) {
      if (!hasCode(thrown, 'MAIL_INVALID')) throw thrown;
      log.warn({ err: thrown, alert: message.subject }, 'an alert cannot be mailed to one recipient');
    }
  }
}

/** What has come in since it was read makes news of its own. */
async function markMailed(runtime: Runtime, rows: readonly Row[]): Promise<void> {
  const set = { mailed_at: new Date(runtime.now()).toISOString() };
  for (const { id, version } of rows) {
    const unchanged = all(equals('id', id), equals('version', version));
    const [marked] = await runtime.store.write([
      { kind: 'update', model, where: unchanged, set: { ...set, unmailed: false } },
    ]);
    if (marked?.matched === 1) continue;
    await runtime.store.write([{ kind: 'update', model, where: equals('id', id), set }]);
  }
}
