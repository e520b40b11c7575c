import { form, problem } from './form.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';
import { shownText } from './shown-text.ts';

export interface SignInPage {
  readonly action: string;
  readonly token: string;
  /** The app that asks; undefined: nobody does. */
  readonly clientName?: string | undefined;
  readonly login?: string | undefined;
  readonly message?: string | undefined;
  readonly formTargets?: readonly string[] | undefined;
}

export function signInPage({ action, token, clientName, login, message, formTargets = [] }: SignInPage): Page {
  const reason =
    clientName === undefined
      ? undefined
      : html`<p>An app that calls itself <strong>${shownText(clientName)}</strong> wants to connect. Sign in to decide about it.</p>`;
  return {
    title: 'Sign in',
    status: message === undefined ? 200 : 400,
    formTargets,
    body: html`${problem(message)}${reason}${form({
      action,
      token,
      body: html`<label for="login">Login</label>
<input type="text" id="login" name="login" value="${login && shownText(login)}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100">
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required maxlength="256">
<div class="buttons"><button class="main">Sign in</button></div>`,
    })}`,
  };
}
