import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { groupAccessLayer, recordRuleLayer } from './access/layers.ts';
import { registerGroupCommands } from './commands/group.ts';
import { registerUserCommands } from './commands/user.ts';
import { createPolicyDirectory, type PolicyDirectory } from './directory.ts';
import { madeUpPrincipal } from './made-up-principal.ts';
import { mirrorGroups } from './mirror-groups.ts';
import { access } from './models/access.ts';
import { group } from './models/group.ts';
import { password } from './models/password.ts';
import { recoveryCode } from './models/recovery-code.ts';
import { rule } from './models/rule.ts';
import { signInAttempts } from './models/sign-in-attempts.ts';
import { totp } from './models/totp.ts';
import { user } from './models/user.ts';
import { principalOf } from './principal-of.ts';
import { readDomainIn } from './read-domain.ts';
import { createRefresher, type Refresher } from './refresher.ts';
import { cleanUpSignIn } from './sign-in/clean-up.ts';

export { createGrantTable, type Grant, type GrantTable } from './access/grants.ts';
export { type GroupNames, groupNames } from './access/group-names.ts';
export { granted } from './access/operation-flags.ts';
export { listOf } from './commands/list-of.ts';
export { plainIdOf } from './commands/plain-id.ts';
export { requireGroups } from './commands/require-groups.ts';
export { requireUser } from './commands/require-user.ts';
export { baseErrors } from './errors.ts';
export { findUser, idList, type LoadedUser, loadUser } from './load-user.ts';
export { generatePassword, passwordChangedAt, setPassword } from './passwords/set-password.ts';
export { requirePrincipal } from './principal-of.ts';
export { createRefresher, type Refresher } from './refresher.ts';
export { type CodeVerdict, checkCode } from './sign-in/check-code.ts';
export { createPasswordCheck, type PasswordClaim, type PasswordVerdict } from './sign-in/check-password.ts';
export { createTableSet } from './table-set.ts';

const settings = z.strictObject({});

/** Users, groups, group access and record rules: the ground that every other right stands on. */
export default definePlugin({
  name: 'base',
  version: '1.0.0',
  kernel: '^1',
  settings,
  setup(scope) {
    let directory: PolicyDirectory | undefined;
    let refresher: Refresher | undefined;
    let stopWatching = () => {};

    for (const model of [group, user, access, rule]) scope.model(model);
    for (const model of [password, totp, recoveryCode, signInAttempts]) scope.model(model);
    scope.access(groupAccessLayer(() => directory?.tables()));
    scope.access(recordRuleLayer(() => directory?.tables()));
    scope.principals({ name: 'users', find: principalOf, inGroups: madeUpPrincipal });
    scope.command(registerUserCommands);
    scope.command(registerGroupCommands);
    scope.job({ name: 'sign-in clean-up', schedule: '53 3 * * *', run: cleanUpSignIn });

    scope.onStart(async runtime => {
      await mirrorGroups(runtime);
      const started = createPolicyDirectory({ runtime, read: readDomainIn(runtime) });
      await started.sync();
      directory = started;
      let mirrored = runtime.policies();
      // A watched model was written: whatever it was, users, groups or keys, it decides about somebody.
      let isUntold = false;
      refresher = createRefresher({
        what: 'users, groups and rules',
        log: runtime.log,
        wait: () => wait(retryAfter),
        async run() {
          const policies = runtime.policies();
          if (policies !== mirrored) await mirrorGroups(runtime);
          mirrored = policies;
          if (await started.sync()) runtime.policy.invalidate();
          if (!isUntold) return;
          isUntold = false;
          runtime.emit('policy.changed', {});
        },
      });
      stopWatching = runtime.store.watch(() => {
        isUntold = true;
        refresher?.notice();
      });
      // For what was written after it was read and before it was watched.
      refresher.notice();
    });
    // The config's part may have changed with it: new groups have to be mirrored.
    scope.on('policy.changed', () => refresher?.notice());
    scope.onStop(async () => {
      stopWatching();
      await refresher?.stop();
    });
  },
});

/** ms between two tries to read the policies from a store that does not answer. */
const retryAfter = 500;

declare module '../../src/index.ts' {
  interface PluginSettings {
    base?: z.input<typeof settings>;
  }
}
