import { type Html, html } from './html.ts';

/** A form of ours: posts to `action` and carries the proof that it was shown in this browser. */
export function form({ action, token, body }: { action: string; token: string; body: Html }): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${token}">
${body}
</form>`;
}

/** What went wrong with the form before, read out at once by a screen reader. */
export function problem(message: string | undefined): Html | undefined {
  if (message === undefined) return undefined;
  return html`<p class="error" role="alert" id="problem">${message}</p>`;
}
