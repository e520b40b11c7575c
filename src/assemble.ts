import { dirname, resolve } from 'node:path';
import type { Config, PolicySet } from './config/define-config.ts';
import type { Registry } from './model/registry.ts';
import { buildRegistry } from './model/registry.ts';
import { createRegistrations, createScope, type Registrations } from './plugin/create-scope.ts';
import type { Plugin } from './plugin/define-plugin.ts';
import type { DefinitionSite } from './plugin/definition-site.ts';
import { loadPlugins, ownPlugins } from './plugin/load-plugins.ts';
import { orderPlugins } from './plugin/plugin-graph.ts';

/** Something wrong with a configuration, and where: a path into the config, or a place in code. */
export interface ConfigFault {
  readonly message: string;
  /** Such as `['policies', 'access', 2, 'model']`. */
  readonly path?: readonly PropertyKey[];
  readonly site?: DefinitionSite;
}

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
  const faults: ConfigFault[] = [];
  const loaded = await loadPlugins({
    names: Object.keys(config.plugins),
    folders: [...(config.pluginFolders ?? []).map(folder => resolve(dirname(configFile), folder)), ownPlugins],
    extra: config.extraPlugins ?? [],
  });
  for (const { name, message } of loaded.faults) faults.push({ message, path: ['plugins', name] });
  const { order, faults: misfits } = orderPlugins(loaded.plugins);
  for (const { plugin, message } of misfits) faults.push({ message, path: ['plugins', plugin.name] });

  const registrations = createRegistrations();
  for (const plugin of order) {
    const settings = plugin.settings.safeParse(config.plugins[plugin.name] ?? {});
    if (settings.success) plugin.setup(createScope(plugin, registrations), settings.data);
    else {
      for (const issue of settings.error.issues) {
        faults.push({ message: issue.message, path: ['plugins', plugin.name, ...issue.path] });
      }
    }
  }
  for (const { plugin, message } of registrations.faults) {
    faults.push({ message, ...(plugin.definedAt && { site: plugin.definedAt }) });
  }
  const { registry, faults: modelFaults } = buildRegistry({
    models: [...registrations.models.map(({ value }) => value), ...(config.models ?? [])],
    extensions: registrations.extensions.map(({ value }) => value),
  });
  faults.push(...modelFaults);
  const pluginPolicies = mergePolicies(registrations.policies.map(({ value }) => value));
  return { plugins: order, registrations, registry, pluginPolicies, faults };
}

/** Policies are additive: lists are joined, groups of the same name share what they imply. */
export function mergePolicies(sets: readonly Partial<PolicySet>[]): PolicySet {
  const groups: Record<string, PolicySet['groups'][string]> = {};
  for (const set of sets) {
    for (const [name, group] of Object.entries(set.groups ?? {})) {
      const implies = [...(groups[name]?.implies ?? []), ...(group.implies ?? [])];
      groups[name] = { label: groups[name]?.label ?? group.label, implies: [...new Set(implies)] };
    }
  }
  return {
    groups,
    access: sets.flatMap(set => set.access ?? []),
    rules: sets.flatMap(set => set.rules ?? []),
    permissions: sets.flatMap(set => set.permissions ?? []),
    fields: sets.flatMap(set => set.fields ?? []),
  };
}
