import type { Request, Response } from 'express';
import type { Provider } from 'oidc-provider';
import type { Scope } from '../scopes.ts';

/*
 *   client ──► /mcp/oauth/authorize ──► provider ──► 303 /mcp/oauth/interaction/:uid
 *                                                        │ sign-in and consent: pages of their own
 *                                                        ▼
 *                          approve | deny ──► 303 /mcp/oauth/authorize/:uid ──► code to the client
 *   client ──► /mcp/oauth/token ──► provider ──► access token (JWT), refresh token
 */

/** The OAuth 2.1 authorization server of this Gatehouse, as the plugin's other parts see it. */
export interface AuthorizationServer {
  /** The provider as it is now; another one after the signing keys have changed, so it is not to be kept. */
  provider(): Promise<Provider>;
  /** Lets the provider answer a request to one of its own paths. */
  handle(request: Request, response: Response): Promise<void>;
  /**
   * The authorization request that this browser is asked about. Throws INTERACTION_NOT_FOUND where there is none, it is
   * over, or it was begun in another browser.
   */
  interaction(request: Request, response: Response): Promise<AuthorizationRequest>;
  /**
   * The user agrees to these scopes: makes the grant, answers with the way back (303). What was not asked for, or is
   * beyond the client or the user, is left out; with nothing left the request is denied.
   */
  approve(input: Approval): Promise<void>;
  /** The user says no, or may not: answers with the way back (303), where the client learns of `access_denied`. */
  deny(input: Denial): Promise<void>;
  /** Which scopes this user could give to a client at all: operations that some model allows them. */
  scopesOf(userId: string): Promise<readonly Scope[]>;
  /**
   * Ends a grant with all its tokens, on every instance within a second; false: it has ended already, or there is none.
   * `reason`: for the log.
   */
  revokeGrant(input: { readonly id: string; readonly reason: string }): Promise<boolean>;
  /** Ends a client with all its grants; the number of grants. `clientId`: as OAuth has it. */
  revokeClient(input: { readonly clientId: string; readonly reason: string }): Promise<number>;
  /**
   * Makes a new signing key; the old ones stay in the JWKS until the last token that they signed has run out, or, with
   * `dropOld`, go at once with all tokens: for keys that somebody may have taken.
   */
  rotateKeys(options?: { readonly dropOld?: boolean }): Promise<{ readonly kid: string }>;
}

/** What a client asks a user for. */
export interface AuthorizationRequest {
  readonly uid: string;
  readonly client: {
    readonly id: string;
    readonly name: string;
    readonly kind: ClientKind;
  };
  readonly redirectUri: string;
  /** What was asked for, as far as the client may ask for it; never empty. */
  readonly scopes: readonly Scope[];
  /** The client wants to be able to come back without the user. */
  readonly offline: boolean;
  readonly resource: string;
  /** `login`: the user has to sign in again, whoever is signed in; `consent`: a remembered consent does not count. */
  readonly prompts: ReadonlySet<string>;
  readonly loginHint: string | undefined;
}

export interface Approval {
  readonly request: Request;
  readonly response: Response;
  readonly userId: string;
  /** What the user has ticked. */
  readonly scopes: readonly Scope[];
}

export interface Denial {
  readonly request: Request;
  readonly response: Response;
  /** For the client and the log. */
  readonly reason: string;
  /** Who said no, where somebody was signed in. */
  readonly userId?: string;
}

/** How a client came to be known: registered by itself, by its metadata document, or by an operator. */
export type ClientKind = 'dcr' | 'cimd' | 'service';

/** What the provider asks of the part that knows clients (`clients/`). */
export interface ClientRules {
  /**
   * The metadata of a client in the names of RFC 7591, `client_id` included; undefined: there is none, or it has ended.
   * `client_secret` is the hash of the secret (`clients/secret.ts`), `scope` what the client may ask for.
   * CIMD clients are fetched (or taken from the cache) here and stored as a row, too.
   */
  findClient(clientId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /**
   * Looks at a registration (RFC 7591, section 3.1) before the provider does, and gives it back the way it is to be
   * registered: scopes, grant types and the auth method put right, redirect URIs checked. Throws what `errors` of
   * oidc-provider have (`InvalidClientMetadata`, `InvalidRedirectUri`).
   */
  checkRegistration(metadata: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Keeps what was registered; row of `oauth.client`. */
  storeClient(metadata: Readonly<Record<string, unknown>>): Promise<void>;
  /** A client got a token: it is not one of the unused any more. */
  noteUse(clientId: string): Promise<void>;
  /** Whether a redirect URI of a request fits a registered one: exactly, but for the port of a loopback address. */
  isRedirectAllowed(input: { readonly registered: readonly string[]; readonly requested: string }): boolean;
  /** A fetch that reaches public addresses alone, for `jwks_uri`. */
  readonly fetchForMetadata: typeof fetch;
}
