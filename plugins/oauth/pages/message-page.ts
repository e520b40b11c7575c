import { html } from './html.ts';
import type { Page } from './page.ts';

/** A page that says one thing. `text` is ours, never a stranger's. */
export function messagePage({ title, text, status }: { title: string; text: string; status: number }): Page {
  return { title, status, body: html`<p>${text}</p>` };
}
