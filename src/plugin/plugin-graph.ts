import semver from 'semver';
import type { Plugin } from './define-plugin.ts';

/** The version that plugins name in `kernel`. */
export const kernelVersion = '1.0.0';

/** A reason why the plugins do not fit together. */
export interface PluginFault {
  readonly message: string;
  readonly plugin: Plugin;
}

/**
 * The order in which plugins are set up: by depth of their dependencies, then by name. Missing dependencies, cycles,
 * doubled names and kernel ranges that do not fit are all reported; `order` holds those that fit.
 */
export function orderPlugins(plugins: readonly Plugin[]): { order: Plugin[]; faults: PluginFault[] } {
  const faults: PluginFault[] = [];
  const byName = new Map<string, Plugin>();
  for (const plugin of plugins) {
    const twin = byName.get(plugin.name);
    if (twin)
      faults.push({ plugin, message: `Two plugins are called ${plugin.name}: ${place(twin)} and ${place(plugin)}.` });
    else byName.set(plugin.name, plugin);
    if (!semver.satisfies(kernelVersion, plugin.kernel)) {
      faults.push({ plugin, message: `${plugin.name} needs a kernel ${plugin.kernel}; this one is ${kernelVersion}.` });
    }
    if (!semver.valid(plugin.version)) {
      faults.push({
        plugin,
        message: `${plugin.name} has the version ${plugin.version}, which is not a semantic version.`,
      });
    }
  }
  const depths = new Map<string, number>();
  const path: string[] = [];
  function depthOf(plugin: Plugin): number {
    const known = depths.get(plugin.name);
    if (known !== undefined) return known;
    if (path.includes(plugin.name)) {
      const cycle = [...path.slice(path.indexOf(plugin.name)), plugin.name].join(' → ');
      faults.push({ plugin, message: `Plugins depend on each other in a circle: ${cycle}.` });
      return 0;
    }
    path.push(plugin.name);
    let depth = 0;
    for (const name of plugin.depends ?? []) {
      const dependency = byName.get(name);
      if (dependency) depth = Math.max(depth, depthOf(dependency) + 1);
      else faults.push({ plugin, message: `${plugin.name} depends on ${name}, which is not in the config's plugins.` });
    }
    path.pop();
    depths.set(plugin.name, depth);
    return depth;
  }
  for (const plugin of byName.values()) depthOf(plugin);
  const order = [...byName.values()].toSorted(
    (a, b) => depthOf(a) - depthOf(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  return { order, faults };
}

function place(plugin: Plugin): string {
  return plugin.definedAt ? `${plugin.definedAt.file}:${plugin.definedAt.line}` : 'an unknown place';
}
