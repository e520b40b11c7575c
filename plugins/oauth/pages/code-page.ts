import { form, problem } from './form.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';

export interface CodePage {
  readonly action: string;
  readonly token: string;
  readonly message?: string | undefined;
  readonly formTargets?: readonly string[] | undefined;
}

export function codePage({ action, token, message, formTargets = [] }: CodePage): Page {
  return {
    title: 'Your one-time code',
    status: message === undefined ? 200 : 400,
    formTargets,
    body: html`${problem(message)}${form({
      action,
      token,
      body: html`<label for="code">Code of your authenticator app, or a recovery code</label>
<input type="text" id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="40">
<div class="buttons"><button class="main">Go on</button></div>`,
    })}`,
  };
}
