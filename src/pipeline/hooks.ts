import type { RecordChange } from '../model/environment.ts';
import type { Call, Outcome } from './call.ts';
import type { StageName } from './stages.ts';

/**
 * The closed list of hooks. A hook is told, it cannot decide: it runs after the fact, is not waited for, and its
 * failure is logged and changes nothing.
 */
export interface Hooks {
  /** A stage refused a call, after its audit entry is durable. */
  'call.denied': { readonly call: Call; readonly outcome: Extract<Outcome, { kind: 'denied' }> };
  /** Any call ended, after its audit entry is durable. */
  'call.finished': {
    readonly call: Call;
    readonly outcome: Outcome;
    readonly durationMs: number;
    /** ms in each stage that the call came to; `execute` with `redact`. */
    readonly stageMs: Readonly<Partial<Record<StageName, number>>>;
  };
  /** Records were written, by whatever way, and the write is durable. */
  'record.changed': RecordChange;
  /** Users, groups or policies changed, here or on another instance; caches of them are already dropped. */
  'policy.changed': Record<string, never>;
  /** A real credential was seen where it must not be (in a URL). */
  'credential.leaked': { readonly call: Call; readonly credentialId: string };
  /** Every credential was revoked at once, and that is durable. `by`: who did it; `count`: how many it were. */
  'keys.revoked-all': { readonly by: string; readonly reason: string; readonly count: number };
}

export type HookName = keyof Hooks;

/** The hooks' names, for what is not checked by types. */
export const hookNames: readonly string[] = Object.keys({
  'call.denied': true,
  'call.finished': true,
  'record.changed': true,
  'policy.changed': true,
  'credential.leaked': true,
  'keys.revoked-all': true,
} satisfies Record<HookName, true>);

/** What a plugin gives to `scope.on`. */
export type HookListener<N extends HookName> = (event: Hooks[N]) => void | Promise<void>;
