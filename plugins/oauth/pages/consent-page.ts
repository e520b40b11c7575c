import { endpoints } from '../endpoints.ts';
import type { AuthorizationRequest } from '../provider/authorization-server.ts';
import type { Scope } from '../scopes.ts';
import { form, problem } from './form.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { type RedirectPlace, redirectPlace } from './redirect-place.ts';
import { scopeLabels } from './scope-labels.ts';
import { shownText } from './shown-text.ts';

export interface ConsentPage {
  readonly action: string;
  readonly token: string;
  readonly asked: AuthorizationRequest;
  readonly user: { readonly login: string; readonly name: string };
  /** What this user could give at all. */
  readonly possible: readonly Scope[];
  /** Boxes that are ticked at first. */
  readonly ticked: ReadonlySet<Scope>;
  readonly message?: string | undefined;
}

export function consentPage({ action, token, asked, user, possible, ticked, message }: ConsentPage): Page {
  const { client, redirectUri, scopes, offline } = asked;
  const place = redirectPlace(redirectUri);
  const name = shownText(client.name);
  const offered = scopes.filter(scope => possible.includes(scope));
  return {
    title: `Connect ${name}?`,
    status: message === undefined ? 200 : 400,
    formTargets: [place.formTarget],
    body: html`${problem(message)}<p>An app that calls itself <strong>${name}</strong> asks to use the business records here as <strong>${user.name}</strong> (${user.login}). It can never do more than you can.</p>
<dl>
<dt>Sends you back to</dt>
<dd><strong>${place.name}</strong></dd>
${publisher(asked)}</dl>
${warning(place)}${form({
  action,
  token,
  body: html`${offered.length > 0 ? choices({ offered, ticked }) : nothingToGive}
${offline ? staysConnected : undefined}
<div class="buttons">${offered.length > 0 ? html`<button class="main" name="decision" value="approve">Connect</button>` : undefined}<button name="decision" value="deny">Do not connect</button><button name="decision" value="switch" formnovalidate>Sign in as someone else</button></div>`,
})}`,
  };
}

/** A client that is known by a URL of its own comes from there; the others have only a name that they gave themselves. */
function publisher({ client }: AuthorizationRequest): Html {
  if (client.kind === 'service') return html`<dt>Set up by</dt>\n<dd>an admin of this server</dd>\n`;
  if (client.kind === 'cimd') return html`<dt>Published at</dt>\n<dd>${new URL(client.id).host}</dd>\n`;
  return html`<dt>Published by</dt>\n<dd>unknown: the app registered itself, and nobody has checked its name</dd>\n`;
}

function warning({ kind }: RedirectPlace): Html | undefined {
  if (kind === 'web') return undefined;
  return html`<p class="warning"><strong>This app runs on your own device.</strong> Any program there could say that it is this one. Connect it only if you have just started it yourself.</p>`;
}

function choices({ offered, ticked }: { offered: readonly Scope[]; ticked: ReadonlySet<Scope> }): Html {
  const boxes = offered.map(scope => {
    const state = ticked.has(scope) ? html` checked` : undefined;
    return html`<label class="choice"><input type="checkbox" name="scope" value="${scope}"${state}> <span>${scopeLabels[scope]}</span></label>\n`;
  });
  return html`<fieldset>
<legend>What it may do</legend>
${boxes}</fieldset>`;
}

const nothingToGive = html`<p class="warning">You may do none of what this app asks for, so there is nothing that you could allow it. An admin can give you more rights.</p>`;
const staysConnected = html`<p>It stays connected when you close this window, until you end it under <a href="${endpoints.apps}">connected apps</a>.</p>`;
