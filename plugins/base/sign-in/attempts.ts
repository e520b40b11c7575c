import { all, derivedId, equals, hasCode, type Runtime } from '../../../src/index.ts';
import { signInAttempts } from '../models/sign-in-attempts.ts';
import type { AttemptLimit } from './attempt-limits.ts';

/** What failures are counted by. */
export interface Counted {
  readonly limit: AttemptLimit;
  /** Any text; only its hash is kept. */
  readonly by: string;
}

const model = signInAttempts.name;
/** Of writers that meet, all but one have to look again. */
const maxTries = 8;

/**
 * Counts an attempt, before it is looked at: of any number that come at once, on any instance, no more get through than
 * the limit allows. False: too early, and nothing is counted. `attemptSucceeded` takes it back.
 */
export async function beginAttempt(runtime: Runtime, { limit, by }: Counted): Promise<boolean> {
  const id = derivedId(by);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const [row] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
    const now = runtime.now();
    if (row && Date.parse(String(row.open_at)) > now) return false;
    const isKnown = row !== undefined && Date.parse(String(row.forget_at)) > now;
    const count = isKnown ? Number(row.count) + 1 : 1;
    const wait = limit.waitAfter(count);
    const values = {
      count,
      open_at: new Date(now + wait).toISOString(),
      forget_at: new Date(now + wait + limit.forgetAfter).toISOString(),
    };
    if (await replace({ runtime, id, version: row?.version, values })) return true;
  }
  return false;
}

/** Forgets the failures: whoever it is has shown to be the owner. */
export async function attemptSucceeded(runtime: Runtime, { by }: Counted): Promise<void> {
  await runtime.store.write([{ kind: 'remove', model, where: equals('id', derivedId(by)) }]);
}

/** Whether the row was still as it was read. */
async function replace(input: {
  runtime: Runtime;
  id: string;
  version: number | undefined;
  values: { count: number; open_at: string; forget_at: string };
}): Promise<boolean> {
  const { runtime, id, version, values } = input;
  if (version !== undefined) {
    const where = all(equals('id', id), equals('version', version));
    const [updated] = await runtime.store.write([{ kind: 'update', model, where, set: values }]);
    return updated?.matched === 1;
  }
  try {
    await runtime.store.write([{ kind: 'insert', model, row: { id, ...values } }]);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'VALUE_NOT_UNIQUE')) return false;
    throw thrown;
  }
}
