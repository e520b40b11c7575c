import type { LoadedUser } from '../../base/plugin.ts';
import { codePage } from '../pages/code-page.ts';
import { type Page, sendPage } from '../pages/page.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import { browserToken, formToken, setBrowserToken } from '../people/browser-cookie.ts';
import { type BrowserSession, beginSession, endSession, findSession } from '../people/browser-sessions.ts';
import { recordSignIn } from '../people/record-sign-in.ts';
import type { SignIn, SignInStep } from '../people/sign-in.ts';
import type { SignInSettings } from '../people/sign-in-settings.ts';
import type { FormVisit, Visit } from './page-route.ts';

/** Where somebody signs in: to see the connected apps, or to answer an app. */
export interface SignInPlace {
  /** Path of the page for those who have signed in; the steps are below it. */
  readonly path: string;
  /** The app that asks, and what its answer may lead to (see `Page`). */
  readonly clientName?: string;
  readonly formTargets?: readonly string[];
  readonly loginHint?: string | undefined;
  /** Of the authorization request. */
  readonly uid?: string;
}

/** The steps of signing in, the same at every place. */
export interface SignInSteps {
  /** Who has signed in; undefined: nobody, or not all the way. */
  visitor(visit: Visit): Promise<BrowserSession | undefined>;
  /** Shows the step that comes next. */
  show(visit: Visit, place: SignInPlace): Promise<void>;
  password(visit: FormVisit, place: SignInPlace): Promise<void>;
  code(visit: FormVisit, place: SignInPlace): Promise<void>;
  /** Signs out, and begins anew. */
  leave(visit: Visit, place: SignInPlace): Promise<void>;
  /** What the forms of a page at this place have to carry. */
  tokenFor(visit: Visit, place: Pick<SignInPlace, 'path'>): string;
}

/** One text for every reason: it must not tell which logins there are. */
const refusedPassword =
  'Login or password is not right, or there were too many attempts. After several, each one has to wait, up to 15 minutes.';
const refusedCode =
  'The code is not right, was used already, or there were too many attempts. Wait for the next code; after several failures, up to a day.';
const noSecondFactor =
  'Your account needs a second factor and has none yet. Ask an admin of this server for one (gatehouse user totp enrol).';

export function createSignInSteps(parts: {
  readonly signIn: () => SignIn;
  readonly settings: SignInSettings;
}): SignInSteps {
  const { signIn, settings } = parts;

  const session = ({ request, runtime }: Visit) =>
    findSession({ runtime, settings, token: browserToken(request, runtime) });

  /** The browser gets what the token follows from, where it has nothing yet. */
  function tokenFor({ request, response, runtime }: Visit, { path }: Pick<SignInPlace, 'path'>): string {
    return formToken(browserToken(request, runtime) ?? setBrowserToken(response, runtime), path);
  }

  function signInForm(visit: Visit, place: SignInPlace, failed: { login?: string; message?: string } = {}): Page {
    const { clientName, formTargets, path, loginHint: login } = place;
    const token = tokenFor(visit, place);
    return signInPage({ action: `${path}/sign-in`, token, clientName, formTargets, login, ...failed });
  }

  function codeForm(visit: Visit, place: SignInPlace, message?: string): Page {
    const { formTargets, path } = place;
    return codePage({ action: `${path}/code`, token: tokenFor(visit, place), formTargets, message });
  }

  /** Another token at every step: whoever knew the one from before has nothing (session fixation). */
  async function begin(visit: Visit, input: { user: LoadedUser; isComplete: boolean; place: SignInPlace }) {
    const { response, runtime } = visit;
    const { user, isComplete, place } = input;
    const token = setBrowserToken(response, runtime);
    await beginSession({ runtime, settings, token, userId: user.user.id, isComplete, signedInFor: place.uid });
    response.redirect(303, place.path);
  }

  function record({ request, response, runtime }: Visit, { step, place }: { step: SignInStep; place: SignInPlace }) {
    const client = { name: place.clientName ?? '', userAgent: request.headers['user-agent'] ?? '' };
    return recordSignIn(runtime, { step, address: String(response.locals.clientAddress), client });
  }

  return {
    tokenFor,
    async visitor(visit) {
      const known = await session(visit);
      return known?.isComplete ? known : undefined;
    },
    async show(visit, place) {
      const known = await session(visit);
      const isHalf = known !== undefined && !known.isComplete;
      sendPage(visit.response, isHalf ? codeForm(visit, place) : signInForm(visit, place));
    },
    async password(visit, place) {
      const { form, response, runtime } = visit;
      const [login, password] = [form.get('login') ?? '', form.get('password') ?? ''];
      const address = String(response.locals.clientAddress);
      const step = await signIn().password({ login, password, address });
      await record(visit, { step, place });
      if (step.kind === 'refused' || step.kind === 'second-factor-missing') {
        const message = step.kind === 'refused' ? refusedPassword : noSecondFactor;
        return sendPage(response, signInForm(visit, place, { login, message }));
      }
      const before = await session(visit);
      if (before) await endSession(runtime, before.id);
      await begin(visit, { user: step.user, isComplete: step.kind === 'signed-in', place });
    },
    async code(visit, place) {
      const { form, response, runtime } = visit;
      const half = await session(visit);
      if (!half || half.isComplete) return response.redirect(303, place.path);
      const step = await signIn().code({ user: half.user, code: form.get('code') ?? '' });
      await record(visit, { step, place });
      if (step.kind !== 'signed-in') return sendPage(response, codeForm(visit, place, refusedCode));
      await endSession(runtime, half.id);
      await begin(visit, { user: step.user, isComplete: true, place });
    },
    async leave(visit, place) {
      const { response, runtime } = visit;
      const known = await session(visit);
      if (known) await endSession(runtime, known.id);
      setBrowserToken(response, runtime);
      response.redirect(303, place.path);
    },
  };
}
