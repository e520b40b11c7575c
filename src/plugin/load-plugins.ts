import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from './define-plugin.ts';

/** Where Gatehouse's own plugins are. */
export const ownPlugins = join(import.meta.dirname, '..', '..', 'plugins');

/** A plugin that is not to be had, and why. */
export interface PluginLoadFault {
  readonly name: string;
  readonly message: string;
  readonly failure?: { readonly thrown: unknown; readonly file: string };
}

/**
 * Finds and imports plugins by name: from `extra` first, then `<folder>/<name>/plugin.ts` (`plugin.js` once built).
 * Reports every one that is missing, is not a plugin, or cannot be imported: what was `thrown` then, and the file.
 */
export async function loadPlugins(input: {
  names: readonly string[];
  folders: readonly string[];
  extra: readonly Plugin[];
}): Promise<{ plugins: Plugin[]; faults: PluginLoadFault[] }> {
  const plugins: Plugin[] = [];
  const faults: PluginLoadFault[] = [];
  for (const name of input.names) {
    const given = input.extra.find(plugin => plugin.name === name);
    const file = given ? undefined : findPlugin(name, input.folders);
    if (given) plugins.push(given);
    else if (!file) faults.push({ name, message: `There is no plugin ${name} in ${input.folders.join(' or ')}.` });
    else {
      try {
        const plugin = ((await import(pathToFileURL(file).href)) as { default?: Plugin }).default;
        if (plugin && typeof plugin.setup === 'function' && plugin.name === name) plugins.push(plugin);
        else
          faults.push({ name, message: `${file} has no plugin called ${name} as its default export (definePlugin).` });
      } catch (thrown) {
        faults.push({ name, message: `The plugin ${name} cannot be loaded.`, failure: { thrown, file } });
      }
    }
  }
  return { plugins, faults };
}

/** The names of the plugins that are in these folders. */
export function pluginNames(folders: readonly string[]): string[] {
  const names = folders.filter(folder => existsSync(folder)).flatMap(folder => readdirSync(folder));
  return names.filter(name => findPlugin(name, folders) !== undefined);
}

function findPlugin(name: string, folders: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  return folders
    .flatMap(folder => [join(folder, name, 'plugin.ts'), join(folder, name, 'plugin.js')])
    .find(file => existsSync(file));
}
