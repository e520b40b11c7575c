/** Polls until something holds; the time it may take is no part of any test. */
export async function until(check: () => Promise<boolean> | boolean, what = 'it'): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await check()) return;
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  throw new Error(`${what} never came to hold`);
}
