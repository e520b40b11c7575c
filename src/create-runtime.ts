import { randomBytes, randomFillSync } from 'node:crypto';
import type { Logger } from 'pino';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { PolicySet, ServerSettings } from './config/define-config.ts';
import { kernelErrors } from './errors.ts';
import { createOutbox } from './mail/outbox.ts';
import type { AccessPolicy } from './model/access-policy.ts';
import { createEnvironment } from './model/create-environment.ts';
import type { RecordChange } from './model/environment.ts';
import { type Principal, systemPrincipal } from './model/principal.ts';
import type { Registry } from './model/registry.ts';
import type { PlannedChange } from './model/write-batch.ts';
import type { AuditEvent } from './pipeline/audit-event.ts';
import type { Reached } from './pipeline/call.ts';
import type { HookListener, HookName, Hooks } from './pipeline/hooks.ts';
import type { TraceContext } from './pipeline/trace-context.ts';
import type { Companion, Revoker, Runtime, Terminal } from './plugin/scope.ts';
import { askedBy } from './store/asked-by.ts';
import type { Store, WriteOperation } from './store/port.ts';

export interface RuntimeParts {
  readonly registry: Registry;
  readonly store: Store;
  readonly policy: AccessPolicy;
  readonly log: Logger;
  readonly server: ServerSettings;
  readonly configFile: string;
  /** Default none. */
  readonly storeVariables?: Readonly<Record<string, string>>;
  readonly policies: () => PolicySet;
  readonly terminal: Terminal;
  readonly metrics: MetricsRegistry;
  readonly now: () => number;
  /** Called after a message has been put into the outbox. */
  readonly onMail?: () => void;
  /** Writes what is no call into the log. Default: nothing can be written. */
  readonly onEvent?: (event: AuditEvent) => Promise<void>;
  /** Of the call that runs. Default: there is none. */
  readonly trace?: () => TraceContext | undefined;
  /** What plugins store beside changes. Default none. */
  readonly companions?: readonly Companion[];
  /** What plugins end in an emergency. Default none. */
  readonly revokers?: readonly Revoker[];
  readonly listeners: readonly { owner: string; hook: HookName; listener: HookListener<HookName> }[];
}

/** A Runtime whose environments also tell what they reached. */
export interface KernelRuntime extends Runtime {
  environment(input: { principal: Principal; onReach: (reached: Reached) => void }): ReturnType<Runtime['env']>;
}

/** The runtime that plugins are given, once everything that it is made of is there. */
export function createRuntime(parts: RuntimeParts): KernelRuntime {
  const { registry, store, policy, log, server, now, onMail = () => {}, companions = [] } = parts;

  function emit<N extends HookName>(hook: N, event: Hooks[N]): void {
    for (const { owner, hook: wanted, listener } of parts.listeners) {
      if (wanted !== hook) continue;
      const fail = (thrown: unknown) => log.error({ err: thrown, hook, owner }, 'hook failed');
      try {
        const done = listener(event as Hooks[HookName]);
        if (done instanceof Promise) done.catch(fail);
      } catch (thrown) {
        fail(thrown);
      }
    }
  }

  // Random bytes are fetched for many ids at once: a call to the system for each would cost more than the id.
  const pool = Buffer.alloc(12 * 256);
  let used = pool.length;
  function newId(): string {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += 12;
    return pool.toString('hex', used - 12, used);
  }

  async function beside(change: PlannedChange): Promise<WriteOperation[]> {
    const operations: WriteOperation[] = [];
    for (const companion of companions) operations.push(...(await companion.operations(change, runtime)));
    return operations;
  }

  const shared = {
    registry,
    store,
    policy,
    now,
    newId,
    publicUrl: server.publicUrl,
    onSystem: (reason: string) => log.debug({ reason }, 'access lifted'),
    onChange: (change: RecordChange) => emit('record.changed', change),
    ...(companions.length > 0 && { beside }),
  };

  /** Made once a principal, of which there is one object as long as nothing about the credential changes. */
  const stores = new WeakMap<Principal, Store>();
  function storeFor(principal: Principal): Store {
    const { kind, id } = principal.credential;
    const known = stores.get(principal) ?? askedBy(store, `${kind} ${id}`);
    stores.set(principal, known);
    return known;
  }

  const runtime: KernelRuntime = {
    registry,
    store,
    policy,
    log,
    server,
    configFile: parts.configFile,
    storeVariables: parts.storeVariables ?? {},
    terminal: parts.terminal,
    metrics: parts.metrics,
    policies: parts.policies,
    now,
    ticks: () => performance.now(),
    randomBytes,
    newId,
    env: principal => createEnvironment({ ...shared, principal, store: storeFor(principal) }),
    environment: input => createEnvironment({ ...shared, ...input, store: storeFor(input.principal) }),
    system: reason => {
      shared.onSystem(reason);
      return createEnvironment({ ...shared, principal: systemPrincipal(reason) });
    },
    mail: createOutbox({ store, now, newId, onStored: onMail }),
    recordEvent: parts.onEvent ?? (() => Promise.reject(kernelErrors.AUDIT_UNAVAILABLE())),
    revokers: parts.revokers ?? [],
    emit,
    trace: parts.trace ?? (() => undefined),
  };
  return runtime;
}
