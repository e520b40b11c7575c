/** What may be done with a record. */
export type Operation = 'read' | 'write' | 'create' | 'delete';

/** All operations, in the order in which people are shown them. */
export const operations: readonly Operation[] = ['read', 'write', 'create', 'delete'];

/** What the presented credential may do at most; the user's own rights are a further limit. */
export interface Credential {
  /** `api-key`, `oauth-token`, `system`, … */
  readonly kind: string;
  /** The record id of the key or grant. */
  readonly id: string;
  /** For people and logs, never secret: a key's prefix. */
  readonly label: string;
  readonly scopes: ReadonlySet<Operation>;
  /** Only these models; null: no such limit. */
  readonly models: ReadonlySet<string> | null;
  /** Only these fields of these models; null: no such limit. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>> | null;
}

/**
 * Who calls. The same object is handed out for the same credential until something about it changes, so what is
 * derived from it can be kept in a WeakMap.
 */
export interface Principal {
  readonly user: {
    readonly id: string;
    readonly login: string;
    readonly name: string;
    /** IANA name, such as `Europe/Berlin`. */
    readonly timeZone: string;
  };
  /** Names of all the user's groups, implied ones included. */
  readonly groups: ReadonlySet<string>;
  readonly credential: Credential;
  /** Set for the server's own work alone: access is lifted, for this reason. */
  readonly system?: { readonly reason: string };
}

/** The principal of the server's own work. `reason` goes to the log. */
export function systemPrincipal(reason: string): Principal {
  return {
    user: { id: '', login: 'system', name: 'System', timeZone: 'UTC' },
    groups: new Set(),
    credential: { kind: 'system', id: '', label: 'system', scopes: new Set(operations), models: null, fields: null },
    system: { reason },
  };
}
