import type { ConnectedApp } from '../grants/connected-apps.ts';
import { form, problem } from './form.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { scopeLabels } from './scope-labels.ts';
import { shownText } from './shown-text.ts';

export interface AppsPage {
  readonly actions: { readonly end: string; readonly signOut: string };
  readonly token: string;
  readonly user: { readonly login: string; readonly name: string };
  readonly apps: readonly ConnectedApp[];
  readonly message?: string | undefined;
}

export function appsPage({ actions, token, user, apps, message }: AppsPage): Page {
  const items = apps.map(app => item({ app, action: actions.end, token }));
  const list = items.length > 0 ? html`<ul class="apps">${items}</ul>` : html`<p>No app is connected.</p>`;
  return {
    title: 'Connected apps',
    status: message === undefined ? 200 : 400,
    body: html`${problem(message)}<p>These apps can use the business records here as <strong>${user.name}</strong> (${user.login}).</p>
${list}
${form({ action: actions.signOut, token, body: html`<div class="buttons"><button>Sign out</button></div>` })}`,
  };
}

function item({ app, action, token }: { app: ConnectedApp; action: string; token: string }): Html {
  const name = shownText(app.name);
  const may = app.scopes.map(scope => html`<li>${scopeLabels[scope]}</li>`);
  return html`<li><h2>${name}</h2>
<p>Connected on ${app.since.slice(0, 10)}${app.connections > 1 ? html`, ${app.connections} times` : undefined}. It may:</p>
<ul class="may">${may}</ul>
${form({
  action,
  token,
  body: html`<input type="hidden" name="client_id" value="${app.clientId}"><div class="buttons"><button aria-label="End the connection of ${name}">End</button></div>`,
})}</li>`;
}
