import {
  all,
  type Condition,
  compare,
  equals,
  hasCode,
  isoTime,
  type Row,
  type Runtime,
} from '../../../../src/index.ts';
import { loadUser } from '../../../base/plugin.ts';
import { mailTo } from '../../mail-people.ts';
import type { SecuritySettings } from '../../settings.ts';
import { expiringLetter } from './mails.ts';
import { rotateKey } from './rotate-key.ts';
import { tellOwner } from './tell-owner.ts';

const model = 'security.api-key';
const pageSize = 200;
const hour = 3_600_000;
const day = 24 * hour;

/**
 * The daily work on keys that are about to expire: a successor for each that may have one, a mail for each that may
 * not. Keys of disabled users, and successors that nobody has fetched, get none. Throws where keys failed, after all
 * others are done; bears being run twice, and on several instances at once.
 */
export async function rotateExpiring(input: {
  readonly runtime: Runtime;
  readonly settings: SecuritySettings['rotation'];
  readonly signal: AbortSignal;
}): Promise<{ rotated: number; reminded: number }> {
  const { runtime, settings, signal } = input;
  const now = runtime.now();
  const window = all(
    equals('revoked_at', null),
    compare('expires_at', '>', isoTime(now)),
    compare('expires_at', '<=', isoTime(now + settings.windowDays * day)),
  );
  let rotated = 0;
  let reminded = 0;
  let failed = 0;
  for await (const row of keysWhere(runtime, window)) {
    signal.throwIfAborted();
    const owner = await loadUser(runtime, String(row.user));
    if (!owner?.isActive) continue;
    try {
      if (row.is_unclaimed === true) continue;
      if (row.no_rotation === true) {
        const letter = expiringLetter({ owner: owner.user, row, server: runtime.server.publicUrl });
        const key = `key-expiring ${row.id} ${row.expires_at}`;
        if (await mailTo({ runtime, to: owner.email, letter, key })) reminded += 1;
      } else if (await rotate(row)) rotated += 1;
    } catch (thrown) {
      failed += 1;
      runtime.log.error({ err: thrown, prefix: row.prefix }, 'a key could not be rotated');
    }
  }
  if (failed > 0) throw new Error(`${failed} keys could not be rotated; the log says why.`);
  return { rotated, reminded };

  async function rotate(row: Row): Promise<boolean> {
    try {
      const made = await rotateKey({ runtime, row, graceDays: settings.windowDays });
      await tellOwner({ runtime, settings, ...made });
      return true;
    } catch (thrown) {
      if (!hasCode(thrown, 'KEY_ROTATED')) throw thrown;
      await tellAgain(row);
      return false;
    }
  }

  /** Where whoever made the successor did not live to tell of it; they have had an hour. */
  async function tellAgain({ id }: Row): Promise<void> {
    const [old] = await runtime.store.find({ model, where: equals('id', id), limit: 1 });
    const isUntold = all(equals('id', String(old?.successor)), equals('is_unclaimed', true), equals('told_at', null));
    const isOlder = compare('createdAt', '<', isoTime(runtime.now() - hour));
    const [successor] = await runtime.store.find({ model, where: all(isUntold, isOlder), limit: 1 });
    if (old && successor) await tellOwner({ runtime, settings, old, successor, key: undefined });
  }
}

async function* keysWhere(runtime: Runtime, where: Condition): AsyncGenerator<Row> {
  for (let after = ''; ; ) {
    const beyond = compare('id', '>', after);
    const page = await runtime.store.find({ model, where: all(where, beyond), limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/** Links that nobody can use any more. */
export async function dropOldHandovers(runtime: Runtime): Promise<void> {
  const isPast = compare('expires_at', '<', isoTime(runtime.now() - 30 * day));
  await runtime.store.write([{ kind: 'remove', model: 'security.key-handover', where: isPast }], { atomic: false });
}
