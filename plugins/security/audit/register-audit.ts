import { setTimeout as wait } from 'node:timers/promises';
import type { Scope } from '../../../src/index.ts';
import { type Background, runInBackground } from '../background.ts';
import { auditCommands } from '../commands/audit.ts';
import { auditEntry } from '../models/audit-entry.ts';
import { auditHead } from '../models/audit-head.ts';
import { auditTip } from '../models/audit-tip.ts';
import { sealedLayer } from '../permissions/layers.ts';
import type { SecuritySettings } from '../settings.ts';
import { type AuditLog, auditSink, createAuditLog } from './audit-log.ts';
import { registerAuditMetrics } from './audit-metrics.ts';
import { headMailJob } from './head-mail.ts';
import { retireOld } from './retention.ts';
import { signerOf } from './signing-key.ts';

/** ms between two looks at how far the log has come. */
const noteEvery = 1_000;
/** ms between two batches of old entries that are deleted: calls come first. */
const retentionPause = 10;

/** All that the log of calls is made of. Answers with the log of this instance, which is there once it has started. */
export function registerAudit(scope: Scope, settings: SecuritySettings['audit']): () => AuditLog {
  const signer = signerOf(settings.signingKey, process.env);
  let running: { readonly log: AuditLog; readonly noting: Background } | undefined;
  const log = (): AuditLog => {
    if (!running) throw new Error('the audit log is used before it has started');
    return running.log;
  };

  for (const model of [auditEntry, auditHead, auditTip]) scope.model(model);
  scope.access(sealedLayer({ models: [auditTip] }));
  scope.audit(auditSink(() => running?.log));
  scope.command(auditCommands({ signer }));
  scope.job({
    name: 'audit clean-up',
    schedule: '17 3 * * *',
    async run(runtime, { signal }) {
      const days = settings.retentionDays;
      const pause = () => wait(retentionPause);
      const entries = await retireOld({ runtime, signer, log: log(), days, signal, pause });
      runtime.log.info({ entries, days }, 'old audit entries deleted');
    },
  });
  if (settings.headMail.length > 0) scope.job(headMailJob({ to: settings.headMail, log }));
  scope.onStart(async runtime => {
    const waiting = () => running?.log.waiting() ?? 0;
    const { onGroup } = registerAuditMetrics({ metrics: runtime.metrics, waiting });
    const started = createAuditLog({ runtime, signer, onGroup });
    const noting = runInBackground({ what: 'audit tip', every: noteEvery, log: runtime.log, work: [started.note] });
    running = { log: started, noting };
  });
  scope.onStop(async () => {
    await running?.noting.stop();
    await running?.log.close();
  });
  return log;
}
