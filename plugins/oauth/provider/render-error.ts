import type { Configuration } from 'oidc-provider';
import { html } from '../pages/html.ts';
import { type Page, pageHeaders, renderPage } from '../pages/page.ts';
import { shownText } from '../pages/shown-text.ts';

/**
 * What the authorization server says where it cannot send people back to the app: it does not know the app, or not the
 * place. Names of errors are the RFC's own; nothing of the request is repeated that its sender could have made up freely.
 */
export const renderError: NonNullable<Configuration['renderError']> = async (ctx, { error, error_description }) => {
  const page: Page = {
    title: 'This app cannot connect',
    body: html`<p>The request of the app cannot be answered. Connect again from the app; if that does not help, show this to its makers or to an admin of this server:</p>
<dl>
<dt>Error</dt>
<dd>${shownText(error)}</dd>
${error_description === undefined ? undefined : html`<dt>Description</dt>\n<dd>${shownText(error_description)}</dd>\n`}</dl>`,
  };
  ctx.set({ ...pageHeaders(page) });
  ctx.body = renderPage(page);
};
