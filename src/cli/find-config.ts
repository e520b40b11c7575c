import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const names = ['mcp.config.ts', 'mcp.config.js', 'mcp.config.mjs'];

/** The config file that is meant: the one given, or the nearest one in `folder` and the folders above it. */
export function findConfig({ given, folder }: { given: string | undefined; folder: string }): string {
  if (given !== undefined) return resolve(folder, given);
  for (let current = folder; ; current = dirname(current)) {
    const found = names.map(name => join(current, name)).find(file => existsSync(file));
    if (found) return found;
    if (dirname(current) === current) return join(folder, 'mcp.config.ts');
  }
}
