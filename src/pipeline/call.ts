import type { Confirm } from '../confirmation/confirmation.ts';
import type { GatehouseError } from '../errors.ts';
import type { AccessPolicy } from '../model/access-policy.ts';
import type { Environment, ReachedRecords } from '../model/environment.ts';
import type { Operation, Principal } from '../model/principal.ts';
import type { ToolDefinition, Touch } from '../tool/define-tool.ts';
import type { StageName } from './stages.ts';
import type { TraceContext } from './trace-context.ts';

/** Which generation of the protocol is spoken: `modern` from 2026-07-28 on, `legacy` before. */
export type Era = 'modern' | 'legacy';

/** Who speaks to us, as far as it says so itself: for sessions and the log, never for a decision. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
  readonly userAgent: string;
  /** The protocol's own session, where the revision has one (`Mcp-Session-Id`). */
  readonly sessionId: string | undefined;
}

/** The credential as presented, unverified. */
export interface PresentedCredential {
  readonly secret: string;
  /** `query`: in the URL, which is refused. `environment`: stdio. `dpop`: with a proof (RFC 9449). */
  readonly via: 'bearer' | 'x-api-key' | 'query' | 'environment' | 'dpop';
  /** The DPoP proof as sent, and the method of the HTTP request that it has to name. */
  readonly proof?: { readonly jwt: string; readonly method: string };
}

/** One message on its way through the gate. Stages read it and add only what their type says. */
export interface Call {
  /** Unique; in the log and in the text of internal errors. */
  readonly id: string;
  /** ms since the epoch. */
  readonly receivedAt: number;
  readonly transport: 'http' | 'stdio';
  readonly era: Era;
  readonly protocolVersion: string;
  /** The protocol's method, such as `tools/call`. */
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The name as sent: of a tool, a prompt, or a resource's URI. */
  readonly target: string | undefined;
  readonly client: ClientInfo;
  /** Normalized: IPv4, or IPv6 in full lower case; `stdio` where there is no network. */
  readonly address: string;
  readonly presented: PresentedCredential | undefined;
  /** The header as sent. */
  readonly traceparent: string | undefined;
  /** From the message (`_meta.traceparent`, SEP-414) or the header; undefined: none that is valid. */
  readonly trace?: TraceContext | undefined;
  /** What is wrong with the message's form. */
  readonly fault?: GatehouseError | undefined;

  /** An open stream's credential is looked at again: nothing is asked for, and nothing counts. Set by the gate. */
  readonly isRecheck?: boolean;

  /** Set when the caller is known and within its limits, before `scope`: the message recognised. */
  tool: ToolDefinition | undefined;
  /** Validated by the tool's schema where there is a tool. */
  arguments: Readonly<Record<string, unknown>>;
  /** What the arguments name; from the tool (or the resource provider) itself. */
  touches: readonly Touch[];
  /** What the credential must be allowed; undefined: nothing beyond being known. */
  scope: Operation | undefined;

  /** Set by `authenticate`. */
  principal: Principal | undefined;
  /** Set by `session`. */
  session: { readonly id: string } | undefined;
  /** HTTP headers that go with the answer whatever it is. Set by `rate`. */
  readonly responseHeaders: Record<string, string>;
  /** What was reached, for the audit entry. Added to by the environment while the tool runs. */
  readonly reached: Reached[];
}

/** Records that a call read or changed. */
export type Reached = ReachedRecords;

/** What a tool, a resource or a prompt gets to work with. */
export interface CallContext {
  readonly call: Call;
  readonly principal: Principal;
  /** Records in the hands of the principal. */
  readonly env: Environment;
  readonly policy: AccessPolicy;
  /** Aborts when the caller has gone or the server stops. */
  readonly signal: AbortSignal;
  /** Asks for agreement to what the call is about to do. Changes nothing by itself. */
  readonly confirm: Confirm;
  /** Only while an `interactive` tool runs: the SDK's own context. */
  readonly interaction?: unknown;
}

/** How a call ended, for the audit entry and the answer. */
export type Outcome =
  /** `note`: the call did less than it asks for, and why. */
  | { readonly kind: 'ok'; readonly note?: { readonly code: string; readonly reason: string } }
  | { readonly kind: 'denied'; readonly stage: StageName; readonly code: string; readonly reason: string }
  | { readonly kind: 'error'; readonly code: string; readonly reason: string };
