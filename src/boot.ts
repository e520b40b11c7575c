import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Assembly } from './assemble.ts';
import { type Clock, machineClock } from './clock.ts';
import { type CheckedConfig, checkConfig } from './config/check-config.ts';
import type { Config, PolicySet } from './config/define-config.ts';
import { loadConfig } from './config/load-config.ts';
import { mergePolicies } from './config/merge-policies.ts';
import { storeLocation, storeVariables } from './config/store-location.ts';
import { watchConfig } from './config/watch-config.ts';
import { createAgreements } from './confirmation/agreements.ts';
import { createConfirm } from './confirmation/create-confirm.ts';
import { createRuntime } from './create-runtime.ts';
import { kernelErrors } from './errors.ts';
import { createScheduler, type Scheduler } from './job/scheduler.ts';
import { kernelJobs } from './kernel-parts.ts';
import type { Transport } from './mail/delivery.ts';
import { type MailWorker, startMailWorker } from './mail/worker.ts';
import { createMetrics } from './metrics.ts';
import { createAccessPolicy } from './model/create-access-policy.ts';
import { recordEvent } from './pipeline/audit-event.ts';
import type { Gate, InboundMessage } from './pipeline/gate.ts';
import { createGate, type GateParts } from './pipeline/run-call.ts';
import { createTraceScope, type TraceScope } from './pipeline/trace-scope.ts';
import { type Trial, type TrialCaller, tryCall } from './pipeline/try-call.ts';
import type { CommandContext, Route, Runtime, Terminal } from './plugin/scope.ts';
import { openStore } from './store/open-store.ts';
import type { Store, StoredModel } from './store/port.ts';
import { timedStore } from './store/timed-store.ts';
import { type Catalog, createCatalog } from './tool/catalog.ts';

/** What a Gatehouse is made from. */
export interface BootOptions {
  /** The config file, absolute; its folder is where relative paths begin. */
  readonly configFile: string;
  /** The config, loaded already; default: loaded from `configFile`. */
  readonly config?: Config;
  /** The config, checked already, so that its plugins are set up once. */
  readonly checked?: CheckedConfig;
  readonly log: Logger;
  readonly terminal: Terminal;
  /** ms since the epoch; default the machine's clock. */
  readonly now?: () => number;
  /** What jobs and mail wait by; default the machine's timers, with `now`. */
  readonly clock?: Clock;
  /** A command of the command line runs no jobs. Default `server`. */
  readonly role?: 'server' | 'command';
  /** The store is read and never changed, whatever is done: for trials. Default false. */
  readonly still?: boolean;
  /** The one that `log` takes traces from; default one of its own, of which the log knows nothing. */
  readonly traces?: TraceScope;
  /** Applies edits of the config file while running. Default false. */
  readonly watch?: boolean;
}

/** A Gatehouse, ready but not listening. */
export interface App {
  readonly runtime: Runtime;
  readonly gate: Gate;
  readonly catalog: Catalog;
  readonly routes: readonly Route[];
  /** Started with the server; a command looks into them and runs one by hand. */
  readonly jobs: Omit<Scheduler, 'start' | 'stop'>;
  /** What would become of a call at that time (default: now), ms since the epoch; see `try-call.ts`. */
  tryCall(input: { message: InboundMessage; caller: TrialCaller; at?: number }): Promise<Trial>;
  /** The way to the mail server; undefined: there is none. */
  readonly transport: Transport | undefined;
  /** Calls back after users, groups, keys or policies have changed; returns how to stop. */
  onPolicyChanged(listener: () => void): () => void;
  /** Runs the plugins' start work, and the jobs of a server. On a failure everything is closed again. */
  start(): Promise<void>;
  /** Ends the jobs, runs the plugins' stop work, closes the store. Call it after the last server has closed. */
  stop(): Promise<void>;
}

/** Config → plugins → registry → store → gate. Throws CONFIG_INVALID (with every fault) and STORE_UNAVAILABLE. */
export async function boot(options: BootOptions): Promise<App> {
  const { configFile, log, terminal, clock = machineClock(options), traces = createTraceScope() } = options;
  const { now } = clock;
  const config = options.config ?? (await loadConfig({ file: configFile }));
  const { assembly, server, mail } = options.checked ?? (await checkConfig({ config, configFile }));
  const { registry, registrations } = assembly;

  let policies = mergePolicies([assembly.pluginPolicies, config.policies ?? {}]);
  const policy = createAccessPolicy({ registry, layers: registrations.layers.map(({ value }) => value) });
  const metrics = createMetrics();
  const store = await openTimedStore({
    location: storeLocation({ config, env: process.env }),
    folder: dirname(configFile),
    now,
    queryTimeLimit: server.queryTimeLimit,
    still: options.still,
    onMisfit: misfit => log.warn(misfit, 'a document does not fit its model'),
    ticks: clock.ticks,
    metrics,
    models: registry.all().map(({ stored }) => stored),
  });

  let mailWorker: MailWorker | undefined;
  const policyListeners = new Set<() => void>();
  const runtime = createRuntime({
    registry,
    store,
    policy,
    log,
    server,
    configFile,
    storeVariables: storeVariables({ config, env: process.env }),
    terminal,
    metrics: metrics.registry,
    now,
    onMail: () => mailWorker?.wake(),
    policies: () => policies,
    onEvent: event => recordEvent(gate, event),
    trace: traces.current,
    companions: registrations.companions.map(({ value }) => value),
    revokers: registrations.revokers.map(({ value }) => value),
    listeners: [
      ...registrations.listeners.map(({ plugin, value }) => ({ owner: plugin.name, ...value })),
      {
        owner: 'server',
        hook: 'policy.changed',
        listener: () => {
          for (const listener of policyListeners) listener();
        },
      },
    ],
  });
  const catalog = createCatalog({
    tools: registrations.tools.map(({ value }) => value),
    prompts: registrations.prompts.map(({ value }) => value),
    resources: registrations.resources.map(({ value }) => value),
  });
  // Loaded where there is a mail server: nobody else waits for it.
  const transport = mail && (await import('./mail/transport.ts')).smtpTransport({ settings: mail, clock });
  const jobs = createScheduler({
    jobs: [...kernelJobs, ...registrations.jobs.map(({ value }) => value)],
    runtime,
    clock,
    instance: `${hostname()}/${process.pid}`,
  });
  const agreements = createAgreements(runtime);
  const stopping = new AbortController();
  const parts: GateParts = {
    runtime,
    catalog,
    guards: registrations.guards,
    sinks: registrations.sinks.map(({ value }) => value),
    traces,
    challenge: () => Object.assign({}, ...registrations.challenges.map(({ value }) => value(runtime))),
    contextOf(call, { signal = stopping.signal, interaction, dialogue }) {
      const { principal } = call;
      if (!principal) throw kernelErrors.UNAUTHENTICATED();
      const env = runtime.environment({ principal, onReach: reached => call.reached.push(reached) });
      const confirm = createConfirm({ agreements, principal, dialogue });
      return { call, principal, env, policy, signal, confirm, interaction };
    },
  };
  const gate = createGate(parts);

  /** Swaps the policies between two calls; what was derived from the old ones is forgotten first. */
  function applyPolicies(next: PolicySet): void {
    policies = mergePolicies([assembly.pluginPolicies, next]);
    policy.invalidate();
    runtime.emit('policy.changed', {});
  }

  /** What a server does beside the calls. */
  async function startBackground(): Promise<void> {
    if (mail && transport) {
      const worker = startMailWorker({
        store,
        clock,
        random: Math.random,
        log,
        transport,
        giveUpAfter: mail.giveUpAfterHours * 3_600_000,
        stopTimeLimit: server.shutdownTimeLimit,
      });
      mailWorker = worker;
      closers.push(() => worker.stop());
    }
    for (const { value: begin } of registrations.workers) {
      const worker = await begin(runtime, clock);
      closers.push(() => worker.stop());
    }
    jobs.start();
    closers.push(() => jobs.stop());
  }

  const closers: (() => Promise<void> | void)[] = [() => store.close()];
  async function stop(): Promise<void> {
    stopping.abort();
    for (const close of closers.splice(0).toReversed()) await close();
  }

  return {
    runtime,
    gate,
    catalog,
    routes: registrations.routes.map(({ value }) => value),
    jobs,
    tryCall: ({ message, caller, at = now() }) =>
      tryCall({ ...parts, runtime: { ...runtime, now: () => at } }, { call: gate.receive(message), caller }),
    transport,
    onPolicyChanged(listener) {
      policyListeners.add(listener);
      return () => policyListeners.delete(listener);
    },
    async start() {
      try {
        for (const { value } of registrations.stops) closers.push(() => value(runtime));
        for (const { value } of registrations.starts) await value(runtime);
        if (options.role !== 'command') await startBackground();
        if (options.watch) {
          const watcher = watchConfig({
            file: configFile,
            running: { config, assembly },
            log,
            onPolicies: applyPolicies,
          });
          closers.push(() => watcher.close());
        }
      } catch (thrown) {
        await stop();
        throw thrown;
      }
    },
    stop,
  };
}

/** The store with a place for every model, each of its operations timed. */
async function openTimedStore(
  input: Parameters<typeof openStore>[0] & {
    ticks: () => number;
    metrics: ReturnType<typeof createMetrics>;
    models: readonly StoredModel[];
  },
): Promise<Store> {
  const { ticks, metrics, models, ...where } = input;
  const opened = await openStore(where);
  const store = timedStore({ store: opened, ticks, onBegun: metrics.onStoreBegun, onDone: metrics.onStoreDone });
  try {
    await store.open(models);
    return store;
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

/** Lets the plugins add their commands, before anything is opened. */
export function registerCommands(assembly: Assembly, program: Command, context: CommandContext): void {
  for (const { value } of assembly.registrations.commands) value(program, context);
}
