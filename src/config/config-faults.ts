import { existsSync, realpathSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GatehouseError, kernelErrors } from '../errors.ts';
import type { DefinitionSite } from '../plugin/definition-site.ts';
import type { ConfigFault } from './config-fault.ts';
import { createLocate } from './locate.ts';

/** A fault as it is shown: `mcp.config.ts:14:22  policies.access[2].model  There is no model crm.partnr.` */
export interface LocatedFault {
  /** Relative to the config's folder where it is inside. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** A config and what is wrong with it. */
export interface FaultyConfig {
  readonly faults: readonly ConfigFault[];
  readonly configFile: string;
  /** What the file gave, where it could be run. */
  readonly config?: unknown;
}

/** Finds the place of every fault, and puts them in the order of the files. */
export function locateFaults({ faults, configFile, config }: FaultyConfig): LocatedFault[] {
  const locate = createLocate({ file: realFile(configFile), config });
  const located = faults.map(({ message, path = [], site }): LocatedFault => {
    const inside = site && path.length > 1 ? locate.within(site, path.slice(1)) : site;
    const place = inside ?? locate.inConfig(path) ?? { file: configFile, line: 1, column: 1 };
    return {
      file: shownFile(place, configFile),
      line: place.line,
      column: place.column,
      path: shownPath(path),
      message,
    };
  });
  return located.toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

/** CONFIG_INVALID that names every fault, one a line; `data.faults` holds them for programs. */
export function configInvalid(input: FaultyConfig): GatehouseError {
  const faults = locateFaults(input);
  const lines = faults.map(describeFault);
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return kernelErrors.CONFIG_INVALID({
    message: `The configuration has ${count}:\n${lines.map(line => `  ${line}`).join('\n')}`,
    data: { faults },
  });
}

/** A fault on one line: its place, its path, and what is wrong. */
export function describeFault({ file, line, column, path, message }: LocatedFault): string {
  return [`${file}:${line}:${column}`, path, message].filter(part => part !== '').join('  ');
}

/** `policies.access[2].model`; names that are no identifiers in quotes: `plugins["my-plugin"]`. */
export function shownPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      if (index === 0) return name;
      return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('');
}

function shownFile(site: DefinitionSite, configFile: string): string {
  const file = site.file.startsWith('file:') ? fileURLToPath(site.file) : site.file;
  const folders = [dirname(configFile), dirname(realFile(configFile))];
  return folders.map(folder => relative(folder, file)).find(path => !path.startsWith('..')) ?? file;
}

/** Where a file really is, which is another place where it is a link: code and imports know that one. */
function realFile(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}
