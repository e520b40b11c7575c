import { randomUUID } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folders of Gatehouse's own code, which is loaded once: what a config imports from there is never read anew. */
const ownFolders = ['src', 'plugins'].map(folder => join(import.meta.dirname, '..', '..', folder) + sep);
const ownIndex = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url).href;
const marker = 'gatehouse-load';

/**
 * Imports a module as it is on disk now, and so everything that it imports, except packages (`node_modules`) and
 * Gatehouse's own code. `gatehouse` as a specifier is this very Gatehouse. `onFile` is told of every file that was
 * read or was not there, also when the import fails. The versions loaded before stay in memory: Node has no way to
 * unload a module.
 */
export async function importFresh({
  file,
  onFile,
}: {
  file: string;
  onFile: (file: string) => void;
}): Promise<Record<string, unknown>> {
  const version = randomUUID();
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!isVersioned(context.parentURL, version) && !isVersioned(specifier, version)) {
        return nextResolve(specifier, context);
      }
      if (specifier === 'gatehouse') return { url: ownIndex, shortCircuit: true };
      const path = pathOf(specifier, context.parentURL);
      if (path !== undefined && !isReadAnew(path)) return nextResolve(specifier, context);
      if (path !== undefined) onFile(path);
      // Node remembers where links lead; one that leads elsewhere since must be followed anew.
      const isFile = path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile();
      if (!isFile) return nextResolve(specifier, context);
      const real = realpathSync(path);
      onFile(real);
      return { url: versioned(real, version), shortCircuit: true };
    },
  });
  try {
    return (await import(versioned(file, version))) as Record<string, unknown>;
  } finally {
    hooks.deregister();
  }
}

/** The file that a relative or absolute specifier means; undefined: it is a package or one of Node's own. */
function pathOf(specifier: string, parent: string | undefined): string | undefined {
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return undefined;
  return fileURLToPath(new URL(specifier, parent));
}

function versioned(path: string, version: string): string {
  return `${pathToFileURL(path).href}?${marker}=${version}`;
}

function isVersioned(url: string | undefined, version: string): boolean {
  return url?.endsWith(`?${marker}=${version}`) ?? false;
}

function isReadAnew(path: string): boolean {
  return !path.includes(`${sep}node_modules${sep}`) && !ownFolders.some(folder => path.startsWith(folder));
}
