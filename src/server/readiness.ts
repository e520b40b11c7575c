import type { Runtime } from '../plugin/scope.ts';
import { serverErrors } from './errors.ts';

/** ms that one look at the store is good for: anybody may ask, and asking must not become a load. */
const freshFor = 1000;

/** Whether calls can be answered: the store is there and the server is not stopping. Rejects with the reason. */
export function createReadiness(parts: {
  readonly runtime: Pick<Runtime, 'store' | 'now'>;
  readonly isStopping: () => boolean;
}): () => Promise<void> {
  const { runtime, isStopping } = parts;
  let looked: { at: number; result: Promise<void> } | undefined;
  return async () => {
    if (isStopping()) throw serverErrors.STOPPING();
    const at = runtime.now();
    if (!looked || at - looked.at >= freshFor) looked = { at, result: runtime.store.ping() };
    await looked.result;
  };
}
