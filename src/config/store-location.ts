import type { ConfigFault } from '../assemble.ts';
import type { Config } from './define-config.ts';

/** Which store is meant: the config's word, then `GATEHOUSE_STORE`, `MONGODB_URI`, then a SQLite file. */
export function storeLocation({ config, env }: { config: Config; env: NodeJS.ProcessEnv }): string {
  return config.store ?? (env.GATEHOUSE_STORE || env.MONGODB_URI || 'sqlite:data/gatehouse.db');
}

/** What is wrong with the form of the store's location; whether it can be reached shows when it is opened. */
export function storeFaults(input: { config: Config; env: NodeJS.ProcessEnv }): ConfigFault[] {
  const location: unknown = storeLocation(input);
  if (typeof location === 'string' && /^(sqlite:.+|mongodb(\+srv)?:\/\/[^/\s]+.*)$/.test(location)) return [];
  const named = input.config.store === undefined ? variableName(input.env) : 'It';
  return [{ path: ['store'], message: `${named} must be sqlite:PATH or mongodb://HOST/DATABASE.` }];
}

function variableName(env: NodeJS.ProcessEnv): string {
  return env.GATEHOUSE_STORE ? 'GATEHOUSE_STORE in the environment' : 'MONGODB_URI in the environment';
}
