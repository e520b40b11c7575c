import { LRUCache } from 'lru-cache';
import { errors } from 'oidc-provider';
import { changeStamp, equals, hasCode, isoTime, type Json, type Row, type Runtime } from '../../../src/index.ts';
import { scopes } from '../scopes.ts';
import { findClientRow, insertClient } from './client-rows.ts';
import type { ClientSettings } from './client-settings.ts';
import { isDocumentAddress } from './document-address.ts';
import type { Metadata } from './metadata-fields.ts';
import { readDocument } from './read-document.ts';
import { createPlaces } from './registration-limit.ts';
import { makeRoom } from './vacuum.ts';

/** Documents that are read at a time: nobody may have all of this server's connections wait for slow ones. */
const atOnce = 20;
/** ms for which a document that could not be had is not asked for again. */
const restAfterFailure = 30_000;
/** Addresses whose failures are remembered. */
const mostFailures = 1_000;
/** ms for which a document that was read counts, while the server that has it is in trouble. */
const longestStale = 86_400_000;

/** Clients that are known by the address of a document about them. */
export interface MetadataDocuments {
  /**
   * The client with this address for an id; undefined: it is no such address, or such clients are not taken. `row`: as it
   * is stored. Throws InvalidClient or InvalidClientMetadata where the document cannot be had or is wrong.
   */
  find(input: { readonly clientId: string; readonly row: Row | undefined }): Promise<Row | undefined>;
}

export function createMetadataDocuments(parts: {
  readonly runtime: Runtime;
  readonly settings: ClientSettings;
  readonly fetch: typeof fetch;
}): MetadataDocuments {
  const { runtime, settings } = parts;
  const { privateSchemes } = settings;
  const hosts: ReadonlySet<string> = new Set(settings.allowDocumentHosts);
  const takePlace = createPlaces({ runtime, kind: 'cimd', perMinute: settings.registrationsPerMinute });
  /** Callers of the same document wait for one look at it. */
  const underWay = new Map<string, Promise<Row>>();
  /** Until when (ms since the epoch) a document is left alone. */
  const failures = new LRUCache<string, number>({ max: mostFailures });

  async function read(clientId: string, row: Row | undefined): Promise<Row> {
    if (!row && !(await hasPlace())) throw unreadable('too many new clients within a minute');
    const found = await readDocument({ address: clientId, fetch: parts.fetch, privateSchemes });
    if (found.kind === 'unreachable') {
      failures.set(clientId, runtime.now() + restAfterFailure);
      return fallBack(row, found.reason);
    }
    const freshUntil = runtime.now() + found.freshFor;
    return row
      ? refresh({ runtime, row, metadata: found.metadata, freshUntil })
      : keep({ runtime, clientId, metadata: found.metadata, freshUntil });
  }

  async function hasPlace(): Promise<boolean> {
    return (await takePlace()) && makeRoom({ runtime, maxUnused: settings.maxUnused });
  }

  function fallBack(row: Row | undefined, reason: string): Row {
    if (row && Date.parse(String(row.fetched_at)) + longestStale > runtime.now()) {
      runtime.log.warn({ client: row.client_id, reason }, 'client metadata document not read, the last one counts');
      return row;
    }
    throw unreadable(reason);
  }

  return {
    async find({ clientId, row }) {
      if (!settings.metadataDocuments || !isDocumentAddress(clientId)) return undefined;
      const { hostname } = new URL(clientId);
      if (hosts.size > 0 && !hosts.has(hostname)) throw unreadable(`documents of ${hostname} are not allowed`);
      if (row && Date.parse(String(row.fresh_until)) > runtime.now()) return row;
      if ((failures.get(clientId) ?? 0) > runtime.now()) return fallBack(row, 'it could not be read a moment ago');
      const waited = underWay.get(clientId);
      if (waited) return waited;
      if (underWay.size >= atOnce) return fallBack(row, 'too many documents are being read');
      const reading = read(clientId, row).finally(() => underWay.delete(clientId));
      underWay.set(clientId, reading);
      return reading;
    },
  };
}

interface Found {
  readonly runtime: Runtime;
  readonly metadata: Metadata;
  readonly freshUntil: number;
}

async function keep(input: Found & { clientId: string }): Promise<Row> {
  const { runtime, clientId } = input;
  try {
    return await insertClient({ ...input, kind: 'cimd', scopes });
  } catch (thrown) {
    // Another instance was as quick.
    const row = hasCode(thrown, 'VALUE_NOT_UNIQUE') ? await findClientRow(runtime, clientId) : undefined;
    if (row && row.ended_at === null) return row;
    throw thrown;
  }
}

/** What an operator has set, and whether it has ended, stays as it is. */
async function refresh({ runtime, row, metadata, freshUntil }: Found & { row: Row }): Promise<Row> {
  const stamp = changeStamp(runtime);
  const set = {
    metadata: metadata as Json,
    name: String(metadata.client_name),
    fetched_at: stamp.updatedAt,
    fresh_until: isoTime(freshUntil),
    ...stamp,
  };
  await runtime.store.write([{ kind: 'update', model: 'oauth.client', where: equals('id', row.id), set }]);
  return { ...row, ...set };
}

/** Why is for the log alone: it would tell what there is in the network of this server. */
function unreadable(reason: string): errors.InvalidClient {
  return new errors.InvalidClient('the metadata document of this client cannot be read at the moment', reason);
}
