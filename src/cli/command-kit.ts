import type { Logger } from 'pino';
import { type App, boot } from '../boot.ts';
import { type CheckedConfig, checkConfig } from '../config/check-config.ts';
import type { Config } from '../config/define-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { createTraceScope } from '../pipeline/trace-scope.ts';
import type { CommandContext } from '../plugin/scope.ts';
import { createLogger } from './logger.ts';
import type { Machine } from './machine.ts';
import { createPrint, createWrite } from './print.ts';
import { createReadSecret } from './read-secret.ts';
import { createTerminal } from './terminal.ts';

/** What the kernel's own commands work with: what plugins get, and the config, the log and the machine. */
export interface CommandKit extends CommandContext {
  readonly machine: Machine;
  /** Absolute. */
  readonly configFile: string;
  /** Loaded and checked on first use. Throws CONFIG_INVALID. */
  config(): Promise<{ config: Config; checked: CheckedConfig }>;
  /** A Gatehouse that is not started; `close` stops it. */
  open(options: { role: 'server' | 'command' }): Promise<App>;
  /** The log of a server, at the level of the config; commands log warnings only. */
  log(options: { level: string }): Logger;
  /** The exit code of a command that has printed its result and still has bad news. */
  setExitCode(code: number): void;
  readonly exitCode: number;
  close(): Promise<void>;
}

/** Nothing is loaded or opened before it is asked for. */
export function createCommandKit({ machine, configFile }: { machine: Machine; configFile: string }): CommandKit {
  const { stderr, ticks, now } = machine;
  const isInteractive = stderr.isTTY === true;
  const terminal = createTerminal({ stream: stderr, isInteractive, ticks });
  const traces = createTraceScope();
  const opened: App[] = [];
  let exitCode = 0;
  let loading: ReturnType<CommandKit['config']> | undefined;
  let starting: ReturnType<CommandContext['runtime']> | undefined;

  async function load(): ReturnType<CommandKit['config']> {
    const config = await loadConfig({ file: configFile });
    return { config, checked: await checkConfig({ config, configFile, env: machine.env }) };
  }

  async function start(): ReturnType<CommandContext['runtime']> {
    const app = await kit.open({ role: 'command' });
    await app.start();
    return app.runtime;
  }

  const kit: CommandKit = {
    machine,
    configFile,
    terminal,
    print: createPrint(machine.stdout),
    write: createWrite(machine.stdout),
    readSecret: createReadSecret(machine),
    config() {
      loading ??= load();
      return loading;
    },
    async open({ role }) {
      const { config, checked } = await kit.config();
      const level = role === 'server' ? checked.server.logLevel : 'warn';
      const log = kit.log({ level });
      const app = await boot({
        configFile,
        config,
        checked,
        log,
        traces,
        terminal,
        now,
        role,
        watch: role === 'server',
      });
      opened.push(app);
      return app;
    },
    runtime() {
      starting ??= start();
      return starting;
    },
    log: ({ level }) => createLogger({ level, stream: stderr, isInteractive, traces }),
    setExitCode(code) {
      exitCode = code;
    },
    get exitCode() {
      return exitCode;
    },
    async close() {
      for (const app of opened.splice(0)) await app.stop();
    },
  };
  return kit;
}
