import type { Scope } from '../../../src/index.ts';
import { type Background, runInBackground } from '../background.ts';
import { registerAlertCommands } from '../commands/alert.ts';
import { alert } from '../models/alert.ts';
import { alertMail } from '../models/alert-mail.ts';
import { credentialBaseline } from '../models/credential-baseline.ts';
import { sealedLayer } from '../permissions/layers.ts';
import type { AlertSettings } from './alert-settings.ts';
import { type Alerting, createAlerting } from './alerting.ts';

/** ms between two write-downs of alerts, and of what credentials usually do. */
const tellEvery = 1_000;
const learnEvery = 10_000;

/** All that alerts are made of: models, commands, hooks, the daily job, and the work beside the calls. */
export function registerAlerts(scope: Scope, settings: AlertSettings): void {
  let alerting: Alerting | undefined;
  let work: readonly Background[] = [];

  for (const model of [alert, alertMail, credentialBaseline]) scope.model(model);
  scope.access(sealedLayer({ models: [alertMail] }));
  scope.command(registerAlertCommands);
  scope.job({
    name: 'key expiry alerts',
    schedule: '30 5 * * *',
    run: async () => alerting?.expiring(),
  });

  scope.on('call.finished', event => alerting?.finished(event));
  scope.on('credential.leaked', event => alerting?.leaked(event));
  scope.on('keys.revoked-all', event => alerting?.revokedAll(event));
  scope.on('record.changed', event => alerting?.changed(event));

  scope.onStart(async runtime => {
    const started = createAlerting({ runtime, settings });
    const { log } = runtime;
    alerting = started;
    work = [
      runInBackground({ what: 'usual activity', every: learnEvery, log, work: [started.learn] }),
      runInBackground({ what: 'alerts', every: tellEvery, log, work: [started.flush] }),
    ];
  });
  scope.onStop(async () => {
    // What was learnt last may be something to tell.
    for (const background of work) await background.stop();
    alerting?.close();
  });
}
