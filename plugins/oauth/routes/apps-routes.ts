import type { Route } from '../../../src/index.ts';
import { endpoints } from '../endpoints.ts';
import { connectedApps, endConnectedApp } from '../grants/connected-apps.ts';
import { appsPage } from '../pages/apps-page.ts';
import { sendPage } from '../pages/page.ts';
import type { AuthorizationServer } from '../provider/authorization-server.ts';
import { formRoute, showRoute } from './page-route.ts';
import type { SignInPlace, SignInSteps } from './sign-in-steps.ts';

const path = endpoints.apps;
const place: SignInPlace = { path };
const access = 'Login and password, then a cookie; forms by a token of their page.';
const placeOf = () => path;

/** The page of connected apps. */
export function appsRoutes(parts: {
  readonly server: () => AuthorizationServer;
  readonly steps: SignInSteps;
}): Route[] {
  const { server, steps } = parts;
  return [
    showRoute({
      path,
      access,
      async handle(visit) {
        const visitor = await steps.visitor(visit);
        if (!visitor) return steps.show(visit, place);
        const { user } = visitor.user;
        const page = appsPage({
          actions: { end: `${path}/end`, signOut: `${path}/sign-out` },
          token: steps.tokenFor(visit, place),
          user,
          apps: await connectedApps(visit.runtime, user.id),
        });
        sendPage(visit.response, page);
      },
    }),
    formRoute({ path: `${path}/sign-in`, access, placeOf, handle: visit => steps.password(visit, place) }),
    formRoute({ path: `${path}/code`, access, placeOf, handle: visit => steps.code(visit, place) }),
    formRoute({ path: `${path}/sign-out`, access, placeOf, handle: visit => steps.leave(visit, place) }),
    formRoute({
      path: `${path}/end`,
      access,
      placeOf,
      async handle(visit) {
        const { form, response, runtime } = visit;
        const visitor = await steps.visitor(visit);
        if (visitor) {
          const clientId = form.get('client_id') ?? '';
          await endConnectedApp({ runtime, server: server(), userId: visitor.user.user.id, clientId });
        }
        response.redirect(303, path);
      },
    }),
  ];
}
