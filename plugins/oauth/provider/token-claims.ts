import { type Configuration, errors } from 'oidc-provider';
import { isoTime, type Runtime, recordStamp } from '../../../src/index.ts';
import { accessTokenSeconds } from '../tokens/lifetimes.ts';
import { artifactKey } from './artifact-key.ts';
import { findService } from './find-service.ts';

type Formats = NonNullable<NonNullable<Configuration['formats']>['customizers']>;

/** What access tokens say beyond what oidc-provider puts in by itself. */
export function createTokenClaims(runtime: Runtime): {
  readonly extra: NonNullable<Configuration['extraTokenClaims']>;
  readonly complete: NonNullable<Formats['jwt']>;
} {
  return {
    /** `gid`: the grant, so that ending it ends the token. */
    extra: async (_ctx, token) => ('grantId' in token && token.grantId ? { gid: token.grantId } : undefined),
    /**
     * The subject of a service's token is the user that it acts as. Notes the token's id, which is unique in the database.
     */
    async complete(_ctx, token, { payload }) {
      if (token.kind === 'ClientCredentials') {
        const service = await findService(runtime, String(payload.client_id));
        if (!service) throw new errors.UnauthorizedClient('this client has no user to act as');
        payload.sub = service.user;
        if (!payload.scope) throw new errors.InvalidScope('the scopes have to be named', '');
      }
      const row = {
        id: runtime.newId(),
        key: artifactKey('AccessToken', String(payload.jti)),
        kind: 'AccessToken',
        grant: typeof payload.gid === 'string' ? payload.gid : null,
        payload: { client_id: String(payload.client_id) },
        expires_at: isoTime(runtime.now() + accessTokenSeconds * 1_000),
        consumed_at: null,
        ...recordStamp(runtime),
      };
      await runtime.store.write([{ kind: 'insert', model: 'oauth.artifact', row }]);
    },
  };
}
