import { openPagesHouse, type PagesHouse } from '../plugins/oauth/pages-house.ts';
import { freePort } from '../support/free-port.ts';
import { sqliteStore } from '../support/stores.ts';
import { runSuite } from './suite.ts';

/*
 * The suite's authorization mode wants a client that is registered, and a person at a browser who signs in and agrees.
 * The person is played here, through the pages that people get.
 */

/** Runs it at one revision; resolves with its exit code, or 1 where it never came as far as the browser. */
export async function runAuthorization(revision: string): Promise<number> {
  const store = await sqliteStore();
  const house = await openPagesHouse(store);
  try {
    const port = await freePort();
    const clientId = await house.register({ redirect_uris: [`http://127.0.0.1:${port}/callback`] });
    const person = play(house);
    const settings = ['--client-id', clientId, '--resource', house.url, '--port', String(port)];
    const code = await runSuite(
      ['authorization', '--url', house.origin, '--spec-version', revision, ...settings],
      person.reads,
    );
    return person.hasAgreed() ? code : 1;
  } finally {
    await house.stop();
    await store.drop();
  }
}

/** Somebody who opens the address that the suite prints, signs in, and agrees to everything. */
function play(house: PagesHouse) {
  let printed = '';
  let isAsked = false;
  let hasAgreed = false;

  async function agree(address: string): Promise<void> {
    const browser = house.browser();
    const signIn = await browser.follow(await browser.get(address));
    const consent = await house.signIn(browser, signIn);
    const asked = Array.from(
      consent.text.matchAll(/name="scope" value="(\w+)"/g),
      ([, scope = '']) => ['scope', scope] as const,
    );
    const back = await browser.follow(await browser.submit(consent, '/consent', [['decision', 'approve'], ...asked]));
    if (!back.location) throw new Error(`no way back to the client: ${back.status} ${back.text}`);
    hasAgreed = true;
    await fetch(back.location);
  }

  return {
    hasAgreed: () => hasAgreed,
    reads(output: string): void {
      printed += output;
      const address = printed.match(/^(http\S+\/authorize\?\S+)$/m)?.[1];
      if (isAsked || address === undefined) return;
      isAsked = true;
      agree(address).catch(thrown => console.error(thrown));
    },
  };
}
