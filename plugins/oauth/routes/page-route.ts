import type { Request, Response } from 'express';
import { GatehouseError, type Route, type Runtime } from '../../../src/index.ts';
import { oauthErrors } from '../errors.ts';
import { messagePage } from '../pages/message-page.ts';
import { sendPage } from '../pages/page.ts';
import { browserToken, isOwnForm } from '../people/browser-cookie.ts';
import { readForm } from './read-form.ts';

/** A request of a browser, on its way to a page. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly runtime: Runtime;
}

/** A form that was posted, from a page of ours that was shown in this browser. */
export interface FormVisit extends Visit {
  readonly form: URLSearchParams;
}

interface PageRoute<V> {
  readonly path: string;
  readonly access: string;
  handle(visit: V): Promise<void>;
}

/** A page to look at. What goes wrong is told on a page, too. */
export function showRoute({ path, access, handle }: PageRoute<Visit>): Route {
  return { method: 'get', path, access, handle: (...args) => guarded(args, handle) };
}

/**
 * A form to post. Refused before anything is done: forms that were not shown in this browser at this place (`placeOf`),
 * and such as the browser itself says come from another site.
 */
export function formRoute(route: PageRoute<FormVisit> & { placeOf(request: Request): string }): Route {
  const { path, access, placeOf, handle } = route;
  return {
    method: 'post',
    path,
    access,
    handle: (...args) =>
      guarded(args, async visit => {
        const { request, runtime } = visit;
        const site = request.headers['sec-fetch-site'];
        const form = await readForm(request);
        const isOwn = isOwnForm({
          token: browserToken(request, runtime),
          place: placeOf(request),
          presented: form.get('form_token') ?? undefined,
        });
        if (!isOwn || (site !== undefined && site !== 'same-origin')) throw oauthErrors.FORM_NOT_OURS();
        await handle({ ...visit, form });
      }),
  };
}

async function guarded(args: Parameters<Route['handle']>, handle: (visit: Visit) => Promise<void>): Promise<void> {
  const [request, response, runtime] = args;
  try {
    await handle({ request, response, runtime });
  } catch (thrown) {
    if (response.headersSent) throw thrown;
    sendPage(response, failurePage({ thrown, runtime }));
  }
}

/** What callers may know is said; the rest is in the log. */
function failurePage({ thrown, runtime }: { thrown: unknown; runtime: Runtime }) {
  if (thrown instanceof GatehouseError && (thrown.audience === 'caller' || thrown.status === 503)) {
    const { publicMessage, spec, status } = thrown;
    const text = publicMessage.includes(spec.solve) ? publicMessage : `${publicMessage} ${spec.solve}`;
    return messagePage({ title: 'This does not work', text, status });
  }
  runtime.log.error({ err: thrown }, 'a page failed');
  const text = 'Something went wrong here. The one who runs this server finds the reason in its log. Try again later.';
  return messagePage({ title: 'This does not work', text, status: 500 });
}
