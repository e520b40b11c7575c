import { type Assembly, assemble } from '../assemble.ts';
import { checkRoot } from './check-root.ts';
import type { ConfigFault } from './config-fault.ts';
import { configInvalid } from './config-faults.ts';
import type { Config, MailSettings, ServerSettings } from './define-config.ts';
import { mailSettings } from './mail-settings.ts';
import { fieldGroupFaults, policyFaults } from './policy-faults.ts';
import { serverSettings } from './server-settings.ts';
import { storeFaults } from './store-location.ts';

/** A config that can be started. */
export interface CheckedConfig {
  readonly assembly: Assembly;
  readonly server: ServerSettings;
  /** undefined: there is no mail server. */
  readonly mail: MailSettings | undefined;
}

/** A config as its file gives it, and where it is from. */
export interface CheckInput {
  readonly config: Config;
  /** Absolute; its folder is where relative paths begin. */
  readonly configFile: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Checks a config as a whole: server settings, store, plugins and their settings, models, policies. Opens nothing.
 * Throws CONFIG_INVALID naming every fault with file, line and column.
 */
export async function checkConfig(input: CheckInput): Promise<CheckedConfig> {
  const { config: given, configFile, env = process.env } = input;
  const { config, faults: rootFaults } = checkRoot({ config: given, configFile });
  const { settings: server, faults: serverFaults } = serverSettings({ given: config.server, env });
  const { settings: mail, faults: mailFaults } = mailSettings({
    given: config.mail,
    env,
    publicUrl: server?.publicUrl,
  });
  const assembly = await assemble({ config, configFile });
  const faults: ConfigFault[] = [
    ...rootFaults,
    ...serverFaults,
    ...mailFaults,
    ...storeFaults({ config, env }),
    ...assembly.faults,
    ...fieldGroupFaults({ assembly, config }),
    ...policyFaults({ assembly, config }),
  ];
  if (!server || faults.length > 0) throw configInvalid({ faults, configFile, config: given });
  return { assembly, server, mail };
}
