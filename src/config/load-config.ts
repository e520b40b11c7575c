import { existsSync } from 'node:fs';
import { isObject } from '../is-object.ts';
import type { ConfigFault } from './config-fault.ts';
import { configInvalid } from './config-faults.ts';
import type { Config } from './define-config.ts';
import { importFresh } from './import-fresh.ts';
import { loadFault } from './load-fault.ts';

/** What reading a config file gave, and every file that took part: those to watch, also when it failed. */
export type LoadedConfig = { readonly files: ReadonlySet<string> } & (
  | { readonly config: Config; readonly fault?: undefined }
  | { readonly config?: undefined; readonly fault: ConfigFault }
);

/**
 * Reads a config file, and what it imports, as they are on disk now. `file` is absolute.
 * Throws CONFIG_INVALID with file and line when it cannot be read, parsed or run.
 */
export async function loadConfig({ file }: { file: string }): Promise<Config> {
  const { config, fault } = await readConfig({ file });
  if (config) return config;
  throw configInvalid({ faults: [fault], configFile: file });
}

/** The same, with the fault as a value. */
export async function readConfig({ file }: { file: string }): Promise<LoadedConfig> {
  const files = new Set([file]);
  if (!existsSync(file)) {
    return {
      files,
      fault: {
        message: 'There is no such file. `gatehouse init` writes one to start from.',
        site: { file, line: 1, column: 1 },
      },
    };
  }
  try {
    const { default: config } = await importFresh({ file, onFile: path => files.add(path) });
    if (isObject(config)) return { files, config: config as unknown as Config };
    return {
      files,
      fault: { message: 'Its default export must be `defineConfig({ … })`.', site: { file, line: 1, column: 1 } },
    };
  } catch (thrown) {
    return { files, fault: loadFault({ thrown, file, files }) };
  }
}
