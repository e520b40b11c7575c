import { equals, type Hooks, type Runtime } from '../../../src/index.ts';
import { loadUser } from '../../base/plugin.ts';
import { type AlertNews, createAlertBook } from './alert-book.ts';
import { settleAlerts } from './alert-history.ts';
import { mailAlerts } from './alert-mailer.ts';
import type { AlertSettings } from './alert-settings.ts';
import { alertTypes } from './alert-types.ts';
import { createBaselineBook } from './baseline-book.ts';
import { createCallWatch } from './call-watch.ts';
import { factsOf } from './detect.ts';
import { tellExpiringKeys } from './key-expiry.ts';

/*
 *   hooks ──► put aside ──drain──► thresholds ──► book ──flush──► security.alert ──mail──► outbox
 *                            └───► baselines ─────┘
 *
 * Everything right of "put aside" runs beside the calls.
 */

/** Alerts, from the hooks to the mails. */
export interface Alerting {
  /** Puts a call aside. */
  finished(event: Hooks['call.finished']): void;
  leaked(event: Hooks['credential.leaked']): Promise<void>;
  revokedAll(event: Hooks['keys.revoked-all']): void;
  changed(event: Hooks['record.changed']): Promise<void>;
  /** The daily look at keys that end soon. */
  expiring(): Promise<void>;
  /** Looks at what is put aside and writes it down; then mails. Throws what the store throws, and keeps the rest. */
  flush(): Promise<void>;
  /** Brings baselines up to date. */
  learn(): Promise<void>;
  /** After the last flush: says in the log what could not be written down. */
  close(): void;
}

/** ms between two looks for mails that other instances, or this one before, have left. */
const lookEvery = 30_000;

export function createAlerting({ runtime, settings }: { runtime: Runtime; settings: AlertSettings }): Alerting {
  const book = createAlertBook({ runtime, settings });
  const watch = createCallWatch({ settings, baselines: () => baselines, raise: book.raise });
  const baselines = createBaselineBook({ runtime, settings, tell: watch.note });
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** What is so rare and so grave that it has no threshold. */
  function raise(news: AlertNews): void {
    if (settings[alertTypes[news.type].settings].enabled) book.raise(news);
  }

  async function ownerOf(id: string): Promise<{ prefix: string; login: string } | undefined> {
    const [row] = await runtime.store.find({ model: 'security.api-key', where: equals('id', id), limit: 1 });
    const owner = row && (await loadUser(runtime, String(row.user)));
    return owner && { prefix: String(row.prefix), login: owner.user.login };
  }

  return {
    finished: watch.finished,
    async leaked({ call, credentialId }) {
      const time = runtime.now();
      const owner = await ownerOf(credentialId).catch(thrown => {
        runtime.log.error({ err: thrown, credential: credentialId }, 'the owner of a leaked key cannot be read');
        return undefined;
      });
      const label = owner ? `${owner.prefix} of ${owner.login}` : credentialId;
      const facts = { ...factsOf(call), ...(owner && { user: owner.login }) };
      raise({ type: 'leaked_key', subject: `api-key ${credentialId}`, label, count: 1, time, facts });
    },
    revokedAll({ by, reason, count }) {
      const { many } = alertTypes.emergency_revocation;
      const facts = { by, reason: reason.slice(0, 500), key: `${count} revoked` };
      const time = runtime.now();
      raise({ type: 'emergency_revocation', subject: many, label: many, count: 1, time, facts });
    },
    async changed({ model, operation, ids, principal }) {
      if (model === 'security.alert' && operation === 'write' && !principal.system) await settleAlerts(runtime, ids);
    },
    async expiring() {
      await tellExpiringKeys({ runtime, days: settings.keyExpiring.days, raise });
      await book.flush();
    },
    async flush() {
      watch.drain();
      const hasNews = book.waiting() > 0;
      await book.flush();
      const now = runtime.now();
      if (!hasNews && Math.abs(now - lookedAt) < lookEvery) return;
      await mailAlerts({ runtime, settings });
      lookedAt = now;
    },
    learn: baselines.flush,
    close() {
      const lost = book.waiting();
      if (lost > 0) runtime.log.error({ occurrences: lost }, 'occurrences of alerts could not be written down');
    },
  };
}
