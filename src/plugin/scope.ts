import type { Command } from 'commander';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { PolicySet, ServerSettings } from '../config/define-config.ts';
import type { Job } from '../job/job.ts';
import type { Mailer } from '../mail/message.ts';
import type { AccessLayer, AccessPolicy } from '../model/access-policy.ts';
import type { ModelDefinition, ModelExtension } from '../model/define-model.ts';
import type { Environment } from '../model/environment.ts';
import type { Principal } from '../model/principal.ts';
import type { Registry } from '../model/registry.ts';
import type { PlannedChange } from '../model/write-batch.ts';
import type { AuditEvent } from '../pipeline/audit-event.ts';
import type { Call, CallContext, Outcome, Reached } from '../pipeline/call.ts';
import type { ChallengeParameters } from '../pipeline/challenge.ts';
import type { HookListener, HookName, Hooks } from '../pipeline/hooks.ts';
import type { TraceContext } from '../pipeline/trace-context.ts';
import type { Json, Store, WriteOperation } from '../store/port.ts';
import type { ToolDefinition, ToolResult, Touch } from '../tool/define-tool.ts';

/**
 * What a plugin works with once everything is set up: handed to guards, jobs, routes and commands as they run.
 * Clock and randomness are here so that tests can inject them.
 */
export interface Runtime {
  readonly registry: Registry;
  readonly store: Store;
  readonly policy: AccessPolicy;
  readonly log: Logger;
  readonly server: ServerSettings;
  /** Absolute. */
  readonly configFile: string;
  /** The environment variable that names the store, where one does: another process needs it to find the same records. */
  readonly storeVariables: Readonly<Record<string, string>>;
  /** The policies of the config file as they are now; they change with the file. */
  policies(): PolicySet;
  /** ms since the epoch. */
  now(): number;
  /** ms that only ever grow, with fractions: for durations. */
  ticks(): number;
  randomBytes(size: number): Buffer;
  /** A fresh record id: 24 hex digits. */
  newId(): string;
  /** Records in the hands of a principal. */
  env(principal: Principal): Environment;
  /** Records with access lifted; the reason goes to the log. */
  system(reason: string): Environment;
  /** Where people read along: stderr. */
  readonly terminal: Terminal;
  /** E-mail to people: stored here, sent by and by. */
  readonly mail: Mailer;
  /** Where plugins register their metrics (Prometheus). Labels never grow with what callers send. */
  readonly metrics: MetricsRegistry;
  /**
   * Writes something that is no call into the log of calls, and tells hooks of it. Resolves when it is durable;
   * AUDIT_UNAVAILABLE where it cannot be written: what it is about must not be answered then.
   */
  recordEvent(event: AuditEvent): Promise<void>;
  /** What plugins end when everything is revoked at once; see `Scope.revoker`. */
  readonly revokers: readonly Revoker[];
  emit<N extends HookName>(hook: N, event: Hooks[N]): void;
  /** Of the call that this runs for; undefined: of none, or one whose client sent no trace. */
  trace(): TraceContext | undefined;
}

/** For people, never for programs: on stderr, so that stdout stays clean. */
export interface Terminal {
  /** Somebody sits there; false where output goes to a log. */
  readonly isInteractive: boolean;
  note(text: string): void;
  /** A bar on a terminal, a line now and then in a log. */
  progress(label: string, total: number): { step(done: number): void; end(): void };
}

/** What each stage's guards give back; everything else they say by throwing a GatehouseError. */
export interface StageResults {
  admit: void;
  /** The first guard that knows the credential answers; undefined: not mine. */
  authenticate: Principal | undefined;
  session: { readonly id: string } | undefined;
  network: void;
  rate: void;
  scope: void;
  model: void;
  permission: void;
  fields: void;
  redact: void;
}

/** A stage that plugins put guards into. */
export type GuardedStage = keyof StageResults;

/** One check in one stage. Throws to refuse. */
export interface Guard<S extends GuardedStage = GuardedStage> {
  /** Named in the log and by `policy explain`: `api key`, `rate limit`. */
  readonly name: string;
  /** Answers at once where it can: a promise costs. `result` only in `redact`. */
  check(call: Call, runtime: Runtime, result?: ToolResult): StageResults[S] | Promise<StageResults[S]>;
  /**
   * The same decision in a trial (`policy explain`, `policy test`), with nothing counted, kept, told or begun: `check`,
   * where that does no such thing. Left out: trials pass it over, and say so.
   */
  readonly trial?: 'check' | GuardTrial<S>;
  /**
   * What the call is to change where its entry has to be there first, such as an end: run for a call that `check` has
   * let through, whatever later stages make of it, once the entry is durable and before the answer leaves. A rejection is
   * the answer.
   */
  readonly settle?: (call: Call, runtime: Runtime) => Promise<void>;
}

/** `claim`: whom a guard of `authenticate` is to answer with; nothing is presented in a trial. */
export type GuardTrial<S extends GuardedStage> = (
  call: Call,
  runtime: Runtime,
  claim: string | undefined,
) => StageResults[S] | Promise<StageResults[S]>;

/** What the log is told of every call. No secrets, no values. */
export interface AuditEntry {
  readonly call: Call;
  readonly outcome: Outcome;
  readonly reached: readonly Reached[];
  readonly durationMs: number;
}

/** Where entries go. Resolves when the entry is durable; a rejection refuses the call. */
export interface AuditSink {
  readonly name: string;
  write(entry: AuditEntry): Promise<void>;
}

/** Resources of MCP, listed and read with the rights of the caller. */
export interface ResourceProvider {
  readonly name: string;
  list(
    context: CallContext,
  ): Promise<readonly { uri: string; name: string; title?: string; description?: string; mimeType?: string }[]>;
  templates?(
    context: CallContext,
  ): Promise<readonly { uriTemplate: string; name: string; title?: string; description?: string; mimeType?: string }[]>;
  /** What reading this URI touches; undefined: the URI is not this provider's. Syntax alone decides, not existence. */
  touches(uri: string): readonly Touch[] | undefined;
  /** undefined: there is no such resource, or the caller may not see it. */
  read(uri: string, context: CallContext): Promise<readonly Json[] | undefined>;
  /** Completions for a template's argument. */
  complete?(input: {
    template: string;
    argument: string;
    value: string;
    context: CallContext;
  }): Promise<readonly string[]>;
}

/** A prompt of MCP. */
export interface PromptDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly { name: string; description?: string; required?: boolean }[];
  get(
    args: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<{ description?: string; messages: readonly Json[] }>;
  complete?(input: { argument: string; value: string; context: CallContext }): Promise<readonly string[]>;
}

export const routeMethods = ['get', 'post', 'delete'] as const;

/** An HTTP route beside `/mcp`. */
export interface Route {
  readonly method: (typeof routeMethods)[number];
  /** The path, whole; `:name` stands for one segment, as in Express: `/records/:model/:id`. */
  readonly path: string;
  /** Why it needs no credential, or how it checks one: the list of routes is part of the tests. */
  readonly access: string;
  /** It has rules of its own about addresses; those of the stage `admit` do not hold for it. */
  readonly hasOwnAddressRules?: boolean;
  handle(request: Request, response: Response, runtime: Runtime): void | Promise<void>;
}

/** Knows users by their logins, for commands that act with the rights of one. */
export interface PrincipalProvider {
  readonly name: string;
  /** The user with all their rights and no credential's limits; undefined: there is none, or it is disabled. */
  find(login: string, runtime: Runtime): Promise<Principal | undefined>;
  /** Somebody made up who is in these groups, and in those that they imply. */
  inGroups?(groups: readonly string[], runtime: Runtime): Promise<Principal>;
}

/**
 * Rows of its own that a plugin wants stored with every change of records, with it or not at all. On a store without
 * transactions they are stored first: a crash in between leaves them without the change.
 */
export interface Companion {
  readonly name: string;
  /** Runs while the change waits. A rejection refuses the change. */
  operations(change: PlannedChange, runtime: Runtime): Promise<readonly WriteOperation[]>;
}

/** Ends what lets callers in beside API keys, in an emergency. */
export interface Revoker {
  /** What it ends, in the plural: `OAuth grants`. */
  readonly name: string;
  /** All that is active, durably; callable again where it failed on the way. The number of what ended. */
  revokeAll(runtime: Runtime, reason: string): Promise<number>;
}

/** What a server does beside the calls, until it is stopped. */
export interface Worker {
  stop(): Promise<void>;
}

export type { Clock } from '../clock.ts';
export type { Job, JobContext } from '../job/job.ts';
export type { Mailer, OutgoingMail } from '../mail/message.ts';
export type { PlannedChange } from '../model/write-batch.ts';
export type { AuditEvent } from '../pipeline/audit-event.ts';
export type { ChallengeParameters } from '../pipeline/challenge.ts';

/** What a command of the command line gets. */
export interface CommandContext {
  /** Starts everything but the servers, on first use; closed by the command line. */
  runtime(): Promise<Runtime>;
  /** Result of the command, on stdout: a table for people, or JSON with `--json`. */
  print(output: { json: Json; text: string }, options: { json?: boolean }): void;
  /** A piece of a long result, on stdout. Resolves when the next may come. */
  write(text: string): Promise<void>;
  /**
   * A secret of a person: typed without being shown, or all of standard input, without the line break at its end.
   * Throws SECRET_NOT_READ where there is nobody to type it, or nothing was given.
   */
  readSecret(input: { prompt: string; fromStdin: boolean }): Promise<string>;
  readonly terminal: Terminal;
}

/** All that a plugin may touch while it is set up. Everything registered here goes with the plugin. */
export interface Scope {
  /** Its name. */
  readonly plugin: string;
  /** A model that the plugin brings. Its name must be free. */
  model(definition: ModelDefinition): void;
  /** Adds fields to a model of a plugin named in `depends`, or of `models` in the config. */
  extend(model: string, extension: ModelExtension): void;
  /** Policies that come with the plugin: its groups, and who may do what with its models. Additive to the config's. */
  policies(policies: Partial<PolicySet>): void;
  /** A reason to say no, consulted for every model, operation and field. */
  access(layer: AccessLayer): void;
  /** A check in a stage: after those of the plugins in `depends`, in the order in which they are registered. */
  guard<S extends GuardedStage>(stage: S, guard: Guard<S>): void;
  /** Parameters of every challenge of this server: in each 401, and in a 403 that brings one. */
  challenge(parameters: (runtime: Runtime) => ChallengeParameters): void;
  /** Where every call is written down, beside where others write it; no answer leaves before. */
  audit(sink: AuditSink): void;
  /** A tool for AI clients. Its name must be free. */
  tool(tool: ToolDefinition): void;
  /** Resources for AI clients. */
  resources(provider: ResourceProvider): void;
  /** A prompt for AI clients. Its name must be free. */
  prompt(prompt: PromptDefinition): void;
  /** An HTTP route beside `/mcp`. Its method and path must be free. */
  route(route: Route): void;
  /** Work done by the clock. Its name must be free. */
  job(job: Job): void;
  /**
   * Work beside the calls, in a server and not in a command: begun after all `onStart`, ended before any `onStop`. What
   * servers alone need is loaded here. The server listens once all have begun.
   */
  worker(start: (runtime: Runtime, clock: Clock) => Worker | Promise<Worker>): void;
  /** Rows that are stored with every change of records. */
  companion(companion: Companion): void;
  /** What has to end when every credential is revoked at once. */
  revoker(revoker: Revoker): void;
  /** Who knows users by their logins. */
  principals(provider: PrincipalProvider): void;
  /** Adds commands to the command line. */
  command(register: (program: Command, context: CommandContext) => void): void;
  /** Is told of something after the fact; see `Hooks`. It is not waited for, and its failure changes nothing. */
  on<N extends HookName>(hook: N, listener: HookListener<N>): void;
  /** Runs at start, after the store is open and before the servers listen, in dependency order. */
  onStart(run: (runtime: Runtime) => Promise<void>): void;
  /** Runs at the end, in reverse order, after the last call. */
  onStop(run: (runtime: Runtime) => Promise<void>): void;
}
