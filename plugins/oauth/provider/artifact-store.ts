import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import {
  all,
  compare,
  equals,
  hasCode,
  isoTime,
  isStorable,
  type Json,
  type Row,
  type Runtime,
  recordStamp,
} from '../../../src/index.ts';
import { endpoints } from '../endpoints.ts';
import { refreshGrace } from '../tokens/lifetimes.ts';
import { type ArtifactKind, artifactKey } from './artifact-key.ts';

export interface ArtifactStoreParts {
  readonly runtime: Runtime;
  /** A code was presented twice at the same moment: what the other one gave has to go. */
  readonly onReplay: (grantId: string) => Promise<unknown>;
}

const model = 'oauth.artifact';
/** Those that are made once and never changed; a second one with the same value is a replay. */
const insertedOnce: ReadonlySet<ArtifactKind> = new Set([
  'AuthorizationCode',
  'RefreshToken',
  'ReplayDetection',
  'AccessToken',
]);

/**
 * Where oidc-provider keeps one kind of artifact: by SHA-256, so that whoever reads the database holds no code and no
 * token. Using one up is one conditional update, so of several at once one is the first.
 */
export function createArtifactStore(kind: ArtifactKind, { runtime, onReplay }: ArtifactStoreParts): Adapter {
  const { store, now, server } = runtime;

  async function rowOf(id: string): Promise<Row | undefined> {
    const where = all(equals('key', artifactKey(kind, id)), compare('expires_at', '>', isoTime(now())));
    return (await store.find({ model, where, limit: 1 }))[0];
  }

  return {
    async upsert(id, payload, expiresIn) {
      const { jti, returnTo, ...rest } = payload;
      const kept = rest as Json;
      // Parameters of a request are kept as they were sent.
      if (!isStorable(kept)) throw new errors.InvalidRequest('a parameter holds a character that cannot be stored');
      const key = artifactKey(kind, id);
      const values = { payload: kept, expires_at: isoTime(now() + (expiresIn ?? 0) * 1_000) };
      if (!insertedOnce.has(kind)) {
        const [changed] = await store.write([{ kind: 'update', model, where: equals('key', key), set: values }]);
        if (changed && changed.matched > 0) return;
      }
      const row = {
        id: runtime.newId(),
        key,
        kind,
        grant: payload.grantId ?? null,
        consumed_at: null,
        ...values,
        ...recordStamp(runtime),
      };
      try {
        await store.write([{ kind: 'insert', model, row }]);
      } catch (thrown) {
        if (kind === 'ReplayDetection' && hasCode(thrown, 'VALUE_NOT_UNIQUE')) {
          throw new errors.InvalidRequest('it was used before');
        }
        throw thrown;
      }
    },
    async find(id) {
      const row = await rowOf(id);
      if (!row) return undefined;
      const payload = { ...(row.payload as AdapterPayload), jti: id };
      if (kind === 'Interaction') payload.returnTo = `${server.publicUrl}${endpoints.authorization}/${id}`;
      if (typeof row.consumed_at === 'string' && isUsedUp(row.consumed_at)) payload.consumed = true;
      return payload;
    },
    async consume(id) {
      const where = all(equals('key', artifactKey(kind, id)), equals('consumed_at', null));
      const set = { consumed_at: isoTime(now()) };
      const [used] = await store.write([{ kind: 'update', model, where, set }]);
      if (used?.matched === 1 || kind === 'RefreshToken') return;
      const row = await rowOf(id);
      if (typeof row?.grant === 'string') await onReplay(row.grant);
      throw new errors.InvalidGrant(`${kind} already consumed`);
    },
    async destroy(id) {
      await store.write([{ kind: 'remove', model, where: equals('key', artifactKey(kind, id)) }]);
    },
    async revokeByGrantId(grantId) {
      const where = all(equals('grant', grantId), equals('kind', kind));
      await store.write([{ kind: 'remove', model, where }], { atomic: false });
    },
    findByUid: notKept,
    findByUserCode: notKept,
  };

  /** A refresh token counts as used only after the time in which its answer may be asked for again. */
  function isUsedUp(consumedAt: string): boolean {
    return kind !== 'RefreshToken' || Date.parse(consumedAt) + refreshGrace <= now();
  }
}

async function notKept(): Promise<undefined> {
  return undefined;
}
