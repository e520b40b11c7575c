import type { Command } from 'commander';
import type { PolicySet } from '../config/define-config.ts';
import type { AccessLayer } from '../model/access-policy.ts';
import type { ModelDefinition, ModelExtension } from '../model/define-model.ts';
import { type HookListener, type HookName, hookNames } from '../pipeline/hooks.ts';
import { type StageName, stageNames } from '../pipeline/stages.ts';
import type { ToolDefinition } from '../tool/define-tool.ts';
import type { Plugin } from './define-plugin.ts';
import type {
  AuditSink,
  ChallengeParameters,
  Clock,
  CommandContext,
  Companion,
  Guard,
  GuardedStage,
  Job,
  PrincipalProvider,
  PromptDefinition,
  ResourceProvider,
  Revoker,
  Route,
  Runtime,
  Scope,
  Worker,
} from './scope.ts';

/** Everything that the plugins have registered, in their order, each with the plugin it came from. */
export interface Registrations {
  readonly models: Registered<ModelDefinition>[];
  readonly extensions: Registered<{ model: string; extension: ModelExtension }>[];
  readonly policies: Registered<Partial<PolicySet>>[];
  readonly layers: Registered<AccessLayer>[];
  readonly guards: Map<StageName, Guard[]>;
  readonly sinks: Registered<AuditSink>[];
  readonly challenges: Registered<(runtime: Runtime) => ChallengeParameters>[];
  readonly tools: Registered<ToolDefinition>[];
  readonly resources: Registered<ResourceProvider>[];
  readonly prompts: Registered<PromptDefinition>[];
  readonly routes: Registered<Route>[];
  readonly jobs: Registered<Job>[];
  readonly workers: Registered<(runtime: Runtime, clock: Clock) => Worker | Promise<Worker>>[];
  readonly companions: Registered<Companion>[];
  readonly revokers: Registered<Revoker>[];
  readonly principals: Registered<PrincipalProvider>[];
  readonly commands: Registered<(program: Command, context: CommandContext) => void>[];
  readonly listeners: Registered<{ hook: HookName; listener: HookListener<HookName> }>[];
  readonly starts: Registered<(runtime: Runtime) => Promise<void>>[];
  readonly stops: Registered<(runtime: Runtime) => Promise<void>>[];
  /** What two plugins both bring, named both, and what would never have an effect. */
  readonly faults: { plugin: Plugin; message: string }[];
}

export interface Registered<T> {
  readonly plugin: Plugin;
  readonly value: T;
}

export function createRegistrations(): Registrations {
  return {
    models: [],
    extensions: [],
    policies: [],
    layers: [],
    guards: new Map(stageNames.filter(isGuarded).map(name => [name, []])),
    sinks: [],
    challenges: [],
    tools: [],
    resources: [],
    prompts: [],
    routes: [],
    jobs: [],
    workers: [],
    companions: [],
    revokers: [],
    principals: [],
    commands: [],
    listeners: [],
    starts: [],
    stops: [],
    faults: [],
  };
}

function isGuarded(stage: StageName): stage is GuardedStage {
  return stage !== 'execute' && stage !== 'audit';
}

/** The scope of one plugin: all that it may touch while it is set up. */
export function createScope(plugin: Plugin, into: Registrations): Scope {
  /** Adds to a list in which `key` must be unique among all plugins. */
  function unique<T>(list: Registered<T>[], value: T, keyOf: (value: T) => string, what: string): void {
    const twin = list.find(entry => keyOf(entry.value) === keyOf(value));
    if (twin) {
      const message = `The plugins ${twin.plugin.name} and ${plugin.name} both bring the ${what} ${keyOf(value)}.`;
      into.faults.push({ plugin, message });
    } else list.push({ plugin, value });
  }
  /** Types are not looked at when a plugin is loaded: a guard that nobody would ask stops the start. */
  function guard<S extends GuardedStage>(stage: S, added: Guard<S>): void {
    const guards = into.guards.get(stage);
    const message = guards
      ? `The guard ${added.name} of the stage ${stage} has no function \`check\`.`
      : `There is no stage ${stage} for the guard ${added.name}: expected ${[...into.guards.keys()].join(', ')}.`;
    if (guards && typeof added.check === 'function') guards.push(added as Guard);
    else into.faults.push({ plugin, message });
  }
  /** The same of listeners that nobody would ever call. */
  function on<N extends HookName>(hook: N, listener: HookListener<N>): void {
    const isHook = hookNames.includes(hook);
    const message = isHook
      ? `What listens to the hook ${hook} is no function.`
      : `There is no hook ${hook}: expected ${hookNames.join(', ')}.`;
    if (isHook && typeof listener === 'function')
      into.listeners.push({ plugin, value: { hook, listener: listener as HookListener<HookName> } });
    else into.faults.push({ plugin, message });
  }
  return {
    plugin: plugin.name,
    model: definition => unique(into.models, definition, model => model.name, 'model'),
    extend: (model, extension) => into.extensions.push({ plugin, value: { model, extension } }),
    policies: policies => into.policies.push({ plugin, value: policies }),
    access: layer => into.layers.push({ plugin, value: layer }),
    guard,
    audit: sink => into.sinks.push({ plugin, value: sink }),
    challenge: parameters => into.challenges.push({ plugin, value: parameters }),
    tool: tool => unique(into.tools, tool, ({ name }) => name, 'tool'),
    resources: provider => unique(into.resources, provider, ({ name }) => name, 'resource provider'),
    prompt: prompt => unique(into.prompts, prompt, ({ name }) => name, 'prompt'),
    route: route => unique(into.routes, route, ({ method, path }) => `${method.toUpperCase()} ${path}`, 'route'),
    job: job => unique(into.jobs, job, ({ name }) => name, 'job'),
    worker: start => into.workers.push({ plugin, value: start }),
    revoker: revoker => unique(into.revokers, revoker, ({ name }) => name, 'revoker'),
    companion: companion => unique(into.companions, companion, ({ name }) => name, 'companion'),
    principals: provider => unique(into.principals, provider, ({ name }) => name, 'principal provider'),
    command: register => into.commands.push({ plugin, value: register }),
    on,
    onStart: run => into.starts.push({ plugin, value: run }),
    onStop: run => into.stops.push({ plugin, value: run }),
  };
}
