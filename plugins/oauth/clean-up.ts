import { all, compare, equals, isoTime, type Job, not, oneOf, type Runtime } from '../../src/index.ts';
import type { SigningKeys } from './provider/signing-keys.ts';

const day = 86_400_000;
/** Days for which ended grants are kept, so that one can see what there was. */
const keepDays = 90;
const model = 'oauth.grant';

/** The daily clean-up: what has run out goes, and keys are changed in time. */
export function oauthCleanUp(parts: { readonly keys: () => SigningKeys; readonly keyRotationDays: number }): Job {
  return {
    name: 'OAuth clean-up',
    schedule: '53 3 * * *',
    async run(runtime, { signal }) {
      const { store, now } = runtime;
      const isOver = compare('expires_at', '<=', isoTime(now()));
      for (const expiring of ['oauth.artifact', 'oauth.denied-token']) {
        await store.write([{ kind: 'remove', model: expiring, where: isOver }], { atomic: false });
      }
      const ended = await endUnused(runtime, signal);
      const isOld = compare('revoked_at', '<', isoTime(now() - keepDays * day));
      await store.write([{ kind: 'remove', model, where: isOld }], { atomic: false });
      await parts.keys().tidy({ maxAgeDays: parts.keyRotationDays });
      runtime.log.info({ ended }, 'OAuth clean-up done');
    },
  };
}

/** Ends grants that nothing can be got from any more: no code, no token is left of them. The number of them. */
async function endUnused(runtime: Runtime, signal: AbortSignal): Promise<number> {
  const { store, now } = runtime;
  const revoked_at = isoTime(now());
  // Younger ones may be on their way to their first code.
  const isOlder = compare('createdAt', '<', isoTime(now() - day));
  let last: string | undefined;
  let ended = 0;
  for (;;) {
    signal.throwIfAborted();
    const isLeft = last === undefined ? [] : [compare('id', '>', last)];
    const where = all(equals('revoked_at', null), isOlder, ...isLeft);
    const page = await store.find({ model, where, fields: ['id'], limit: 500 });
    const ids = page.map(({ id }) => id);
    last = ids.at(-1);
    if (last === undefined) return ended;
    const used = await store.aggregate({
      model: 'oauth.artifact',
      where: oneOf('grant', ids),
      groupBy: [{ field: 'grant' }],
      measures: [],
    });
    const unused = all(
      oneOf('id', ids),
      not(
        oneOf(
          'id',
          used.flatMap(({ keys: [id] }) => id ?? []),
        ),
      ),
      equals('revoked_at', null),
    );
    const set = { revoked_at, revoked_reason: 'not used any more' };
    const [done] = await store.write([{ kind: 'update', model, where: unused, set }], { atomic: false });
    ended += done?.matched ?? 0;
  }
}
