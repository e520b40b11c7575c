import { errors } from 'oidc-provider';
import {
  type Clock,
  createOutboundFetch,
  type Runtime,
  requireAddressList,
  type TargetRules,
} from '../../../src/index.ts';
import type { ClientRules } from '../provider/authorization-server.ts';
import { scopesIn } from '../scopes.ts';
import { findClientRow, insertClient, metadataOf } from './client-rows.ts';
import type { ClientSettings } from './client-settings.ts';
import { createClientUsage } from './client-usage.ts';
import { createMetadataDocuments } from './metadata-documents.ts';
import { normalMetadata } from './normal-metadata.ts';
import { isRedirectAllowed } from './redirect-uri.ts';
import { createPlaces } from './registration-limit.ts';
import { makeRoom } from './vacuum.ts';

/** ms for a metadata document, or the keys of a client: whoever waits for it waits for a page. */
const timeLimit = 5_000;
/** Bytes of such a document. */
const maxAnswer = 32_768;

/** What the provider asks about clients, by the settings. `resolve`: how names elsewhere are looked up. */
export function createClientRules(parts: {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly settings: ClientSettings;
  readonly resolve: TargetRules['resolve'];
}): ClientRules {
  const { runtime, clock, settings, resolve } = parts;
  const { privateSchemes, registrationsPerMinute: perMinute, maxUnused } = settings;
  const allowAddresses = requireAddressList(settings.allowDocumentAddresses);
  const fetch = createOutboundFetch({ resolve, clock, timeLimit, maxAnswer, allowHttp: false, allowAddresses });
  const takePlace = createPlaces({ runtime, kind: 'dcr', perMinute });
  const documents = createMetadataDocuments({ runtime, settings, fetch });

  return {
    async findClient(clientId) {
      const row = await findClientRow(runtime, clientId);
      if (row && row.ended_at !== null) return undefined;
      const found = row && row.kind !== 'cimd' ? row : await documents.find({ clientId, row });
      return found && metadataOf(runtime, found);
    },

    async checkRegistration(metadata) {
      if (!settings.registration) throw new errors.InvalidRequest('clients do not register themselves here', 404);
      const normal = normalMetadata({ metadata, kind: 'dcr', privateSchemes });
      const isInTime = await takePlace();
      if (!isInTime || !(await makeRoom({ runtime, maxUnused }))) throw tooMany();
      return normal;
    },

    async storeClient(metadata) {
      const scopes = scopesIn(typeof metadata.scope === 'string' ? metadata.scope : '');
      await insertClient({ runtime, clientId: String(metadata.client_id), kind: 'dcr', metadata, scopes });
    },

    noteUse: createClientUsage(runtime),
    isRedirectAllowed,
    fetchForMetadata: fetch,
  };
}

function tooMany(): errors.OIDCProviderError {
  const error = new errors.OIDCProviderError(429, 'temporarily_unavailable');
  error.error_description = 'too many clients are registering; try again in a minute';
  return error;
}
