import { kernelErrors } from '../errors.ts';
import type { Misfit } from './mapping.ts';
import type { Store } from './port.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import { sqliteFile } from './sqlite-file.ts';
import { stillStore } from './still-store.ts';

/** Opens the store that a config names: `sqlite:PATH` (relative to `folder`), or `mongodb://…`. Throws CONFIG_INVALID, STORE_UNAVAILABLE. */
export async function openStore(input: {
  location: string;
  folder: string;
  now: () => number;
  queryTimeLimit: number;
  /** It is read and never changed. Default false. */
  still?: boolean | undefined;
  /** Told once of each field of a mapped model in which a value was met that does not fit. */
  onMisfit?: ((misfit: Misfit) => void) | undefined;
}): Promise<Store> {
  const store = await openLocation(input);
  return input.still ? stillStore(store) : store;
}

async function openLocation(input: Parameters<typeof openStore>[0]): Promise<Store> {
  const { location, folder, now, queryTimeLimit, onMisfit } = input;
  const path = sqliteFile({ location, folder });
  if (path !== undefined) return openSqliteStore({ path, now, queryTimeLimit });
  if (/^mongodb(\+srv)?:\/\//.test(location)) {
    // Loaded where it is used: whoever has SQLite does not wait for it.
    const { openMongoStore } = await import('./mongo/mongo-store.ts');
    return openMongoStore({ uri: location, now, queryTimeLimit, onMisfit });
  }
  throw kernelErrors.CONFIG_INVALID({
    message: 'The store must be `sqlite:PATH` or a MongoDB URI (`mongodb://…`).',
    detail: `it begins with ${location.slice(0, 10)}`,
  });
}
