import type { Scope } from '../../src/index.ts';
import { browserSession } from './models/browser-session.ts';
import { consent } from './models/consent.ts';
import { dropOldSessions } from './people/browser-sessions.ts';
import { checkSecondFactorGroups } from './people/check-groups.ts';
import { createSignIn, type SignIn } from './people/sign-in.ts';
import type { SignInSettings } from './people/sign-in-settings.ts';
import type { AuthorizationServer } from './provider/authorization-server.ts';
import { appsRoutes } from './routes/apps-routes.ts';
import { interactionRoutes } from './routes/interaction-routes.ts';
import { createSignInSteps } from './routes/sign-in-steps.ts';

/** What people see of the authorization server: signing in, agreeing, and the connected apps. */
export function registerPages(
  scope: Scope,
  parts: { readonly settings: SignInSettings; readonly server: () => AuthorizationServer },
): void {
  const { settings, server } = parts;
  let signIn: SignIn | undefined;
  const started = (): SignIn => {
    if (!signIn) throw new Error('somebody signs in before the oauth plugin has started');
    return signIn;
  };
  const steps = createSignInSteps({ signIn: started, settings });

  scope.model(browserSession);
  scope.model(consent);
  for (const route of [...interactionRoutes({ server, steps }), ...appsRoutes({ server, steps })]) scope.route(route);
  scope.job({
    name: 'browser session clean-up',
    schedule: '29 * * * *',
    run: runtime => dropOldSessions(runtime, settings),
  });
  scope.onStart(async runtime => {
    await checkSecondFactorGroups(runtime, settings);
    signIn = createSignIn({ runtime, settings });
  });
}
