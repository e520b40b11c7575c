import type { Dialogue } from '../confirmation/confirmation.ts';
import type { GatehouseError } from '../errors.ts';
import type { Call, ClientInfo, Era, Outcome, PresentedCredential } from './call.ts';
import type { StageName } from './stages.ts';

/** One protocol message as a transport has received it. Requests only; notifications touch no record. */
export interface InboundMessage {
  readonly transport: 'http' | 'stdio';
  readonly era: Era;
  readonly protocolVersion: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Of what is no message of the protocol: whom or what it concerns. Default: what `params` name. */
  readonly target?: string | undefined;
  readonly client: ClientInfo;
  readonly address: string;
  readonly presented: PresentedCredential | undefined;
  readonly traceparent: string | undefined;
  /** What is wrong with its form. Told to callers that are known, before what they ask for is looked at. */
  readonly fault?: GatehouseError | undefined;
}

/** A call that was not carried out, or failed; its audit entry is durable already. */
export interface Refusal {
  readonly stage: StageName;
  readonly error: GatehouseError;
  /**
   * What it becomes: an HTTP answer of its own (`http`; on stdio a JSON-RPC error), or, for `tools/call`, a result
   * with `isError` that the model can read (`tool`; for other methods a JSON-RPC error), or a JSON-RPC error whatever
   * the method (`protocol`: an unknown tool, prompt, resource or method).
   */
  readonly as: 'http' | 'tool' | 'protocol';
}

/** What became of a call that was admitted. */
export type Performed =
  /** The protocol's result object, without what the era adds (`resultType`, server info). */
  { readonly ok: true; readonly result: Record<string, unknown> } | { readonly ok: false; readonly refusal: Refusal };

/** What a transport knows about a call beyond the message. */
export interface PerformOptions {
  readonly signal?: AbortSignal;
  readonly interaction?: unknown;
  readonly dialogue?: Dialogue;
}

/** The pipeline as the transports see it. None of these throws. */
export interface Gate {
  receive(message: InboundMessage): Call;
  /**
   * Whether it is known who calls, and from where that is allowed: `admit` and `authenticate` alone, for a request that is
   * large and not read yet. Only a refusal is written down; what is read goes through `admit` all the same.
   */
  identify(call: Call): Promise<Refusal | undefined>;
  /**
   * Whether anything from that address is let in: `admit` alone, for what is served beside `/mcp`. Only a refusal is
   * written down.
   */
  screen(call: Call): Promise<Refusal | undefined>;
  /**
   * Answers what is no message with its `fault`, once it is known who sends it: to whoever is let in it counts as a call,
   * and begins no session. The entry is durable when it resolves.
   */
  turnAway(call: Call): Promise<Refusal>;
  /** The guarding stages, admit to fields. */
  admit(call: Call): Promise<Refusal | undefined>;
  /**
   * Whether whoever opened a stream would still be let in: the stages before `rate`, so that asking costs no allowance.
   * Marks the call as `isRecheck`. Only a refusal is written down.
   */
  recheck(call: Call): Promise<Refusal | undefined>;
  /**
   * Execute, redact, audit. Only after `admit`. When it resolves the entry is durable. `interaction` is the SDK's
   * context, for tools that talk to the client; `dialogue` the way to its user.
   */
  perform(call: Call, options?: PerformOptions): Promise<Performed>;
  /**
   * Writes the entry of a call that is answered without `perform` (discovery, initialize, a protocol error, a
   * subscription); does nothing where there is one. A refusal says that it could not be written, or that what a guard
   * does after it has failed: answer with it, and do nothing that the call was for.
   */
  seal(call: Call, outcome: Outcome): Promise<Refusal | undefined>;
}
