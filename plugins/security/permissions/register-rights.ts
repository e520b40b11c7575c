import { setTimeout as wait } from 'node:timers/promises';
import type { Scope } from '../../../src/index.ts';
import { createRefresher, type Refresher } from '../../base/plugin.ts';
import { registerPermissionCommands } from '../commands/permission.ts';
import { fieldRule } from '../models/field-rule.ts';
import { permission } from '../models/permission.ts';
import { fieldsGuard } from '../stages/fields-guard.ts';
import { modelGuard } from '../stages/model-guard.ts';
import { permissionGuard } from '../stages/permission-guard.ts';
import { redactGuard } from '../stages/redact-guard.ts';
import { scopeGuard } from '../stages/scope-guard.ts';
import { fieldRuleLayer, permissionLayer } from './layers.ts';
import { createPermissionDirectory, type PermissionDirectory } from './permission-directory.ts';

/** ms between two tries to read permissions from a store that does not answer. */
const retryAfter = 500;

/** What a caller may reach: permissions and field policies, and the stages that hold a call against all rights. */
export function registerRights(scope: Scope): void {
  let directory: PermissionDirectory | undefined;
  let refresher: Refresher | undefined;
  let stopWatching = () => {};

  for (const model of [permission, fieldRule]) scope.model(model);
  scope.access(permissionLayer(() => directory));
  scope.access(fieldRuleLayer(() => directory));
  scope.guard('scope', scopeGuard);
  scope.guard('model', modelGuard);
  scope.guard('permission', permissionGuard);
  scope.guard('fields', fieldsGuard);
  scope.guard('redact', redactGuard);
  scope.command(registerPermissionCommands);

  scope.onStart(async runtime => {
    const started = createPermissionDirectory(runtime);
    await started.sync();
    directory = started;
    const refreshing = createRefresher({
      what: 'permissions and field rules',
      log: runtime.log,
      wait: () => wait(retryAfter),
      async run() {
        if (!(await started.sync())) return;
        runtime.policy.invalidate();
        runtime.emit('policy.changed', {});
      },
    });
    refresher = refreshing;
    stopWatching = runtime.store.watch(refreshing.notice);
    // For what was written after it was read and before it was watched.
    refreshing.notice();
  });
  scope.onStop(async () => {
    stopWatching();
    await refresher?.stop();
  });
}
