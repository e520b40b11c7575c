import { resolve } from 'node:path';

/** The file of a store that is named `sqlite:PATH`, PATH being relative to `folder`. undefined: it is another store. */
export function sqliteFile({ location, folder }: { location: string; folder: string }): string | undefined {
  const scheme = 'sqlite:';
  return location.startsWith(scheme) ? resolve(folder, location.slice(scheme.length)) : undefined;
}
