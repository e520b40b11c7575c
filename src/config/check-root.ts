import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isObject } from '../is-object.ts';
import type { ConfigFault } from './config-fault.ts';
import type { Config } from './define-config.ts';
import { describeValue } from './describe-issue.ts';
import { unknownKey } from './settings-faults.ts';

const parts: readonly (keyof Config)[] = [
  'server',
  'store',
  'mail',
  'plugins',
  'pluginFolders',
  'extraPlugins',
  'models',
  'policies',
];

/**
 * Checks the outermost shape of a config. Gives back one in which every part can be relied on to be a list or an
 * object: faulty parts are reported and left out, so that the others can still be checked. What the plugins are given as
 * their settings is checked with the plugins.
 */
export function checkRoot({ config, configFile }: { config: Config; configFile: string }): {
  config: Config;
  faults: readonly ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const report = (message: string, ...path: PropertyKey[]) => faults.push({ message, path });

  for (const key of Object.keys(config)) {
    if (key !== 'definedAt' && !parts.some(part => part === key)) report(unknownKey(key, parts), key);
  }
  if (!isObject(config.plugins)) {
    report(`Expected an object of plugins with their settings, got ${describeValue(config.plugins)}.`, 'plugins');
  }

  /** The entries of a list that fit; the others are reported. */
  function list<T>(
    key: 'pluginFolders' | 'extraPlugins' | 'models',
    expected: string,
    fits: (entry: unknown) => boolean,
  ) {
    const given: unknown = config[key] ?? [];
    if (!Array.isArray(given)) {
      report(`Expected a list, got ${describeValue(given)}.`, key);
      return [];
    }
    return given.filter((entry, index): entry is T => {
      if (fits(entry)) return true;
      report(`Expected ${expected}, got ${describeValue(entry)}.`, key, index);
      return false;
    });
  }

  const folders = list<string>('pluginFolders', 'the path of a folder', entry => typeof entry === 'string');
  for (const [index, folder] of folders.entries()) {
    if (!existsSync(resolve(dirname(configFile), folder)))
      report(`There is no folder ${folder}.`, 'pluginFolders', index);
  }
  return {
    config: {
      ...config,
      plugins: isObject(config.plugins) ? config.plugins : {},
      pluginFolders: folders,
      extraPlugins: list('extraPlugins', 'a plugin, as definePlugin gives it', hasMember('setup', 'function')),
      models: list('models', 'a model, as defineModel gives it', hasMember('fields', 'object')),
    },
    faults,
  };
}

function hasMember(name: string, type: string): (entry: unknown) => boolean {
  return entry => isObject(entry) && typeof entry[name] === type;
}
