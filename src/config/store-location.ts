import type { ConfigFault } from '../assemble.ts';
import type { Config } from './define-config.ts';

/** Which store is meant: the config's word, then `GATEHOUSE_STORE`, `MONGODB_URI`, then a SQLite file. */
export function storeLocation({ config, env }: { config: Config; env: NodeJS.ProcessEnv }): string {
  const [named] = Object.values(storeVariables(env));
  return config.store ?? named ?? 'sqlite:data/gatehouse.db';
}

/** The variable that names the store, if one does: what a process needs that is to find the same records. */
export function storeVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  for (const name of ['GATEHOUSE_STORE', 'MONGODB_URI']) {
    const value = env[name];
    if (value) return { [name]: value };
  }
  return {};
}

/** What is wrong with the form of the store's location; whether it can be reached shows when it is opened. */
export function storeFaults(input: { config: Config; env: NodeJS.ProcessEnv }): ConfigFault[] {
  const location: unknown = storeLocation(input);
  if (typeof location === 'string' && /^(sqlite:.+|mongodb(\+srv)?:\/\/[^/\s]+.*)$/.test(location)) return [];
  const [variable] = Object.keys(storeVariables(input.env));
  const named = input.config.store === undefined ? `${variable} in the environment` : 'It';
  return [{ path: ['store'], message: `${named} must be sqlite:PATH or mongodb://HOST/DATABASE.` }];
}
