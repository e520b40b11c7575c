import { equals, hasCode, type Runtime } from '../../../src/index.ts';
import { recordStamp } from '../../base/plugin.ts';
import { compare } from '../compare.ts';

const model = 'oauth.registration-count';
const minute = 60_000;

/**
 * Takes one of the places that a minute has for new clients, on all instances together; false: there is none left. Not by
 * address: all users of Claude, and all of ChatGPT, come from a few.
 */
export async function takePlace(input: {
  readonly runtime: Runtime;
  readonly kind: 'dcr' | 'cimd';
  readonly perMinute: number;
}): Promise<boolean> {
  const { runtime, kind, perMinute } = input;
  const begun = Math.floor(runtime.now() / minute) * minute;
  const window = `${kind} ${new Date(begun).toISOString()}`;
  const where = { kind: 'all' as const, of: [equals('window', window), compare('count', '<', perMinute)] };
  const countUp = async () => {
    const [counted] = await runtime.store.write([{ kind: 'update', model, where, add: { count: 1 } }]);
    return counted !== undefined && counted.matched > 0;
  };
  if (await countUp()) return true;
  const expires = new Date(begun + 2 * minute).toISOString();
  const row = { id: runtime.newId(), window, count: 1, expires_at: expires, ...recordStamp(runtime) };
  try {
    await runtime.store.write([{ kind: 'insert', model, row }]);
    return true;
  } catch (thrown) {
    if (!hasCode(thrown, 'VALUE_NOT_UNIQUE')) throw thrown;
    return countUp();
  }
}

/** Removes the counts of minutes that are over. */
export async function dropOldCounts(runtime: Runtime): Promise<void> {
  const where = compare('expires_at', '<=', new Date(runtime.now()).toISOString());
  await runtime.store.write([{ kind: 'remove', model, where }], { atomic: false });
}
