import type { Request } from 'express';
import type { Route } from '../../../src/index.ts';
import { endpoints } from '../endpoints.ts';
import { oauthErrors } from '../errors.ts';
import { type ConsentSubject, rememberConsent, rememberedScopes } from '../grants/consents.ts';
import { type ConsentPage, consentPage } from '../pages/consent-page.ts';
import { sendPage } from '../pages/page.ts';
import { redirectPlace } from '../pages/redirect-place.ts';
import type { BrowserSession } from '../people/browser-sessions.ts';
import type { AuthorizationRequest, AuthorizationServer } from '../provider/authorization-server.ts';
import { type Scope, scopes } from '../scopes.ts';
import { type FormVisit, formRoute, showRoute, type Visit } from './page-route.ts';
import type { SignInPlace, SignInSteps } from './sign-in-steps.ts';

/*
 *   GET …/interaction/:uid ──► signed in? ──no──► sign in (POST …/sign-in, …/code) ──► again
 *                                  │ yes
 *                                  ├── agreed before, to a site on the web ──► approve
 *                                  └── consent page ──► POST …/consent: approve | deny | someone else
 */

const pathOf = (uid: string) => `${endpoints.interaction}/${uid}`;
const path = pathOf(':uid');
const access = 'The browser that the app has sent here, by a cookie of this path; forms by a token of their page.';

/** What an app that asks for access leads people to. */
export function interactionRoutes(parts: {
  readonly server: () => AuthorizationServer;
  readonly steps: SignInSteps;
}): Route[] {
  const { server, steps } = parts;
  const placeOf = ({ params }: Request) => pathOf(String(params.uid));

  /** The request, where it is asked, and who is to answer it; undefined: somebody has to sign in first. */
  async function state(visit: Visit) {
    const asked = await server().interaction(visit.request, visit.response);
    const place: SignInPlace = {
      path: pathOf(asked.uid),
      uid: asked.uid,
      clientName: asked.client.name,
      formTargets: [redirectPlace(asked.redirectUri).formTarget],
      loginHint: asked.loginHint,
    };
    const visitor = await steps.visitor(visit);
    const isStale = asked.prompts.has('login') && visitor?.signedInFor !== asked.uid;
    return { asked, place, visitor: isStale ? undefined : visitor };
  }

  async function ask(
    visit: Visit,
    input: { asked: AuthorizationRequest; visitor: BrowserSession; ticked: ReadonlySet<Scope>; message?: string },
  ): Promise<void> {
    const { asked, visitor, ticked, message } = input;
    const place = pathOf(asked.uid);
    const page: ConsentPage = {
      action: `${place}/consent`,
      token: steps.tokenFor(visit, { path: place }),
      asked,
      user: visitor.user.user,
      possible: await server().scopesOf(visitor.user.user.id),
      ticked,
      message,
    };
    sendPage(visit.response, consentPage(page));
  }

  async function decide(visit: FormVisit): Promise<void> {
    const { form, request, response, runtime } = visit;
    const { asked, place, visitor } = await state(visit);
    if (!visitor) return response.redirect(303, place.path);
    const userId = visitor.user.user.id;
    switch (form.get('decision')) {
      case 'switch':
        return steps.leave(visit, place);
      case 'deny':
        return server().deny({ request, response, reason: 'the user said no', userId });
      case 'approve': {
        const ticked = new Set(form.getAll('scope'));
        const allowed = scopes.filter(scope => ticked.has(scope) && asked.scopes.includes(scope));
        if (allowed.length === 0) {
          const message = 'Tick at least one thing that it may do, or do not connect it.';
          return ask(visit, { asked, visitor, ticked: new Set(), message });
        }
        await rememberConsent(runtime, { subject: subjectOf(asked, userId), asked: asked.scopes, allowed });
        return server().approve({ request, response, userId, scopes: allowed });
      }
      default:
        throw oauthErrors.FORM_INVALID();
    }
  }

  return [
    showRoute({
      path,
      access,
      async handle(visit) {
        const { request, response, runtime } = visit;
        const { asked, place, visitor } = await state(visit);
        if (!visitor) return steps.show(visit, place);
        const userId = visitor.user.user.id;
        const remembered = await rememberedScopes(runtime, subjectOf(asked, userId));
        if (isAnswered(asked, remembered)) {
          return server().approve({ request, response, userId, scopes: asked.scopes });
        }
        const ticked = new Set(remembered.size > 0 ? remembered : asked.scopes);
        await ask(visit, { asked, visitor, ticked });
      },
    }),
    formRoute({ path: `${path}/consent`, access, placeOf, handle: decide }),
    formRoute({
      path: `${path}/sign-in`,
      access,
      placeOf,
      handle: async visit => steps.password(visit, (await state(visit)).place),
    }),
    formRoute({
      path: `${path}/code`,
      access,
      placeOf,
      handle: async visit => steps.code(visit, (await state(visit)).place),
    }),
  ];
}

function subjectOf({ client, redirectUri }: AuthorizationRequest, userId: string): ConsentSubject {
  return { userId, clientId: client.id, place: redirectPlace(redirectUri).formTarget };
}

/**
 * Whether an earlier consent answers. Never for an app on the user's own device: any program there can say that it is
 * the one that was allowed (RFC 8252, section 8.6).
 */
function isAnswered(asked: AuthorizationRequest, remembered: ReadonlySet<Scope>): boolean {
  if (redirectPlace(asked.redirectUri).kind !== 'web' || asked.prompts.has('consent')) return false;
  return asked.scopes.every(scope => remembered.has(scope));
}
