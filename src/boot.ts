import type { Config } from './config/define-config.ts';
import type { Gate } from './pipeline/gate.ts';
import type { Runtime } from './plugin/scope.ts';

export interface BootOptions {
  /** The config file, absolute; its folder is where relative paths begin. */
  configFile: string;
  /** The loaded config; default: load it from `configFile`. */
  config?: Config;
  /** Overrides, for tests. */
  now?: () => number;
}

/** A Gatehouse, ready but not listening. */
export interface App {
  readonly runtime: Runtime;
  readonly gate: Gate;
  /** Runs the plugins' start work; on a failure everything is closed again. */
  start(): Promise<void>;
  /** Finishes calls in flight, runs the plugins' stop work, closes the store. */
  stop(): Promise<void>;
}
