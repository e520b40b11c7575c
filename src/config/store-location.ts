import type { ConfigFault } from './config-fault.ts';
import type { Config } from './define-config.ts';

interface StoreInput {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
}

/** Which store is meant: the config's word, then `GATEHOUSE_STORE`, `MONGODB_URI`, then a SQLite file. */
export function storeLocation({ config, env }: StoreInput): string {
  const [variable] = variablesIn(env);
  return config.store ?? variable?.value ?? 'sqlite:data/gatehouse.db';
}

/**
 * The variable that names the store, if one does: what a process needs that is to find the same records. A config that
 * names another one does not ask for it; one that takes its store from a variable does.
 */
export function storeVariables(input: StoreInput): Record<string, string> {
  const location = storeLocation(input);
  const variable = variablesIn(input.env).find(({ value }) => value === location);
  return variable ? { [variable.name]: variable.value } : {};
}

/** The variables that can name the store and are set, the one that counts first. */
function variablesIn(env: NodeJS.ProcessEnv): { name: string; value: string }[] {
  return ['GATEHOUSE_STORE', 'MONGODB_URI'].flatMap(name => {
    const value = env[name];
    return value ? [{ name, value }] : [];
  });
}

/** What is wrong with the form of the store's location; whether it can be reached shows when it is opened. */
export function storeFaults(input: StoreInput): ConfigFault[] {
  const location: unknown = storeLocation(input);
  if (typeof location === 'string' && /^(sqlite:.+|mongodb(\+srv)?:\/\/[^/\s]+.*)$/.test(location)) return [];
  const [variable] = variablesIn(input.env);
  const named = input.config.store === undefined ? `${variable?.name} in the environment` : 'It';
  return [{ path: ['store'], message: `${named} must be sqlite:PATH or mongodb://HOST/DATABASE.` }];
}
