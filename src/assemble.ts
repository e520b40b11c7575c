import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigFault } from './config/config-fault.ts';
import type { Config, PolicySet } from './config/define-config.ts';
import { describeValue } from './config/describe-issue.ts';
import { loadFault } from './config/load-fault.ts';
import { mergePolicies } from './config/merge-policies.ts';
import { didYouMean, nearest } from './config/nearest.ts';
import { type CheckedSettings, checkSettings } from './config/settings-faults.ts';
import { GatehouseError } from './errors.ts';
import { isObject } from './is-object.ts';
import { readSchedule } from './job/schedule.ts';
import { kernelJobs, kernelModels, kernelPaths } from './kernel-parts.ts';
import { buildRegistry, type Registry } from './model/registry.ts';
import { createRegistrations, createScope, type Registrations } from './plugin/create-scope.ts';
import type { Plugin } from './plugin/define-plugin.ts';
import type { DefinitionSite } from './plugin/definition-site.ts';
import { loadPlugins, ownPlugins, pluginNames } from './plugin/load-plugins.ts';
import { orderPlugins } from './plugin/plugin-graph.ts';
import { routeMethods } from './plugin/scope.ts';

/** A configuration put together: plugins set up, models known, policies merged. Nothing is opened yet. */
export interface Assembly {
  readonly plugins: readonly Plugin[];
  readonly registrations: Registrations;
  readonly registry: Registry;
  /** What the plugins bring; the config's own policies come on top. */
  readonly pluginPolicies: PolicySet;
  /** Empty when the configuration can be started, as far as plugins and models go. */
  readonly faults: readonly ConfigFault[];
}

/** Loads and sets up the config's plugins and builds the registry. Collects every fault instead of stopping at one. */
export async function assemble({ config, configFile }: { config: Config; configFile: string }): Promise<Assembly> {
  const { plugins, faults: pluginFaults } = await findPlugins({ config, configFile });
  const { registrations, faults: setUpFaults } = setUpPlugins({ plugins, config });
  const { registry, faults: modelFaults } = buildRegistry({
    models: [...kernelModels, ...registrations.models.map(({ value }) => value), ...(config.models ?? [])],
    extensions: registrations.extensions.map(({ plugin, value }) => ({
      ...value,
      by: plugin.name,
      site: plugin.definedAt,
    })),
  });
  const pluginPolicies = mergePolicies(registrations.policies.map(({ value }) => value));
  const faults = [...pluginFaults, ...setUpFaults, ...modelFaults];
  return { plugins, registrations, registry, pluginPolicies, faults };
}

/** The config's plugins, in the order in which they are set up. */
async function findPlugins(input: {
  config: Config;
  configFile: string;
}): Promise<{ plugins: readonly Plugin[]; faults: readonly ConfigFault[] }> {
  const { config, configFile } = input;
  const faults: ConfigFault[] = [];
  const folders = [...(config.pluginFolders ?? []).map(folder => resolve(dirname(configFile), folder)), ownPlugins];
  const extra = config.extraPlugins ?? [];
  const load = (names: readonly string[]) => loadPlugins({ names, folders, extra });
  const loaded = await load(Object.keys(config.plugins));
  const known = [...extra.map(plugin => plugin.name), ...pluginNames(folders)];
  for (const { name, message, failure } of loaded.faults) {
    if (failure) {
      faults.push(failureOf({ message, ...failure }));
      continue;
    }
    const others = known.filter(other => other !== name);
    faults.push({ message: `${message}${didYouMean(name, others)}`, path: ['plugins', name] });
  }
  // With a misspelt or missing plugin nothing starts. The ones that are meant stand in, so that the models and groups
  // that they bring are known to the checks that follow.
  const meant = loaded.faults.map(({ name }) => nearest(name, known)).filter(name => name !== undefined);
  const given = [...loaded.plugins, ...(await load(meant.filter(name => !(name in config.plugins)))).plugins];
  const { faults: misfits } = orderPlugins(given);
  for (const { plugin, message } of misfits) faults.push({ message, path: ['plugins', plugin.name] });
  const { order } = orderPlugins(await withDependencies(given, load));
  return { plugins: order, faults };
}

/** Everything that the plugins register, with their settings from the config. */
function setUpPlugins({ plugins, config }: { plugins: readonly Plugin[]; config: Config }): {
  registrations: Registrations;
  faults: readonly ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const registrations = createRegistrations();
  for (const plugin of plugins) {
    const { schema, path } = { schema: plugin.settings, path: ['plugins', plugin.name] };
    const given = givenSettings({ plugin, config });
    faults.push(...(given.faults ?? []));
    // With faulty settings nothing starts. The defaults take their place, so that the plugin's models and groups are
    // known to the checks that follow.
    const usable = given.faults ? checkSettings({ schema, path, value: {} }) : given;
    if (usable.faults) continue;
    try {
      plugin.setup(createScope(plugin, registrations), usable.value);
    } catch (thrown) {
      if (thrown instanceof GatehouseError || !plugin.definedAt) throw thrown;
      const message = `The plugin ${plugin.name} cannot be set up.`;
      faults.push(failureOf({ message, thrown, file: pathOf(plugin.definedAt) }));
    }
  }
  faults.push(...jobFaults(registrations), ...routeFaults(registrations), ...extensionFaults(registrations));
  for (const { plugin, message } of registrations.faults) faults.push(ofPlugin(plugin, message));
  return { registrations, faults };
}

/** What the config says of a plugin, checked; the defaults where it does not name it. */
function givenSettings({ plugin, config }: { plugin: Plugin; config: Config }): CheckedSettings<unknown> {
  const { name, settings: schema } = plugin;
  const path = ['plugins', name];
  const value: unknown = Object.hasOwn(config.plugins, name) ? config.plugins[name] : {};
  if (isObject(value)) return checkSettings({ schema, path, value });
  const message = `Expected an object of settings, {} for the defaults, got ${describeValue(value)}.`;
  return { faults: [{ message, path }] };
}

function jobFaults({ jobs }: Registrations): ConfigFault[] {
  const taken = new Set(kernelJobs.map(({ name }) => name));
  return jobs.flatMap(({ plugin, value: job }) => {
    const schedule = readSchedule(job);
    return [
      ...('fault' in schedule ? [ofPlugin(plugin, `The job ${job.name}: ${schedule.fault}`)] : []),
      ...(taken.has(job.name) ? [ofPlugin(plugin, `The job ${job.name} is one of the kernel's own.`)] : []),
    ];
  });
}

function routeFaults({ routes }: Registrations): ConfigFault[] {
  return routes.flatMap(({ plugin, value: { method, path } }) => [
    ...(kernelPaths.includes(path) ? [ofPlugin(plugin, `The route ${path} is one of the kernel's own.`)] : []),
    ...(routeMethods.includes(method)
      ? []
      : [ofPlugin(plugin, `The route ${path} has the method ${method}: expected ${routeMethods.join(', ')}.`)]),
  ]);
}

/** What a plugin adds to must be there whenever the plugin is: another's model is there for those that depend on it. */
function extensionFaults({ extensions, models }: Registrations): ConfigFault[] {
  const owners = new Map(models.map(({ plugin, value }) => [value.name, plugin]));
  return extensions.flatMap(({ plugin, value: { model } }) => {
    const owner = owners.get(model);
    if (!owner || owner === plugin || plugin.depends?.includes(owner.name)) return [];
    const message = `${plugin.name} extends the model ${model} of ${owner.name}, which is not among its \`depends\`.`;
    return [ofPlugin(plugin, message)];
  });
}

/** These plugins and those that they depend on, as far as they are to be found. */
async function withDependencies(
  plugins: readonly Plugin[],
  load: (names: readonly string[]) => ReturnType<typeof loadPlugins>,
): Promise<Plugin[]> {
  const all = [...plugins];
  const asked = new Set(plugins.map(({ name }) => name));
  for (let from = 0; from < all.length; ) {
    const wanted = new Set(all.slice(from).flatMap(({ depends = [] }) => depends.filter(name => !asked.has(name))));
    from = all.length;
    for (const name of wanted) asked.add(name);
    all.push(...(await load([...wanted])).plugins);
  }
  return all;
}

function pathOf({ file }: DefinitionSite): string {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

/** What a plugin's own code has thrown, and where in its folder. */
function failureOf({ message, thrown, file }: { message: string; thrown: unknown; file: string }): ConfigFault {
  const folder = dirname(file) + sep;
  const fault = loadFault({ thrown, file, files: { has: path => path.startsWith(folder) } });
  return { ...fault, message: `${message} ${fault.message}` };
}

function ofPlugin({ definedAt }: Plugin, message: string): ConfigFault {
  return { message, ...(definedAt && { site: definedAt }) };
}
