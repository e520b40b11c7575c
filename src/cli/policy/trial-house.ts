import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, boot } from '../../boot.ts';
import { checkConfig } from '../../config/check-config.ts';
import type { Config } from '../../config/define-config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Registrations } from '../../plugin/create-scope.ts';
import type { CommandKit } from '../command-kit.ts';
import { silentTerminal } from '../terminal.ts';

/** A Gatehouse for trials. */
export interface TrialHouse {
  readonly app: App;
  readonly config: Config;
  /** Absolute. */
  readonly configFile: string;
  readonly registrations: Registrations;
  close(): Promise<void>;
}

export interface TrialHouseOptions {
  readonly kit: CommandKit;
  /** Absolute; default the command line's. */
  readonly configFile?: string;
  /**
   * `own`: the config's, which is read and never changed. `scratch`: an empty one, which the plugins fill as they fill
   * every new one, and which is gone afterwards. `empty`: the same, and it stays empty. A URI or path: that one, read.
   */
  readonly store: 'own' | 'scratch' | 'empty' | { readonly location: string };
}

/** Starts what a config says, beside a server or without one. Throws CONFIG_INVALID, STORE_UNAVAILABLE. */
export async function openTrialHouse(options: TrialHouseOptions): Promise<TrialHouse> {
  const { kit, store, configFile = kit.configFile } = options;
  const loaded = await loadConfig({ file: configFile });
  const folder =
    store === 'scratch' || store === 'empty' ? await mkdtemp(join(tmpdir(), 'gatehouse-trial-')) : undefined;
  const drop = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  const location = typeof store === 'object' ? store.location : folder && `sqlite:${join(folder, 'trial.db')}`;
  const config = location === undefined ? loaded : { ...loaded, store: location };
  try {
    const checked = await checkConfig({ config, configFile, env: kit.machine.env });
    const app = await boot({
      configFile,
      config,
      checked,
      log: kit.log({ level: 'warn' }),
      // What plugins say to people when they begin is of no interest here.
      terminal: silentTerminal,
      now: kit.machine.now,
      role: 'command',
      still: store !== 'scratch',
    });
    await app.start();
    const { registrations } = checked.assembly;
    return { app, config, configFile, registrations, close: () => app.stop().finally(drop) };
  } catch (thrown) {
    await drop();
    throw thrown;
  }
}
