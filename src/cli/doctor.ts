import type { Command } from 'commander';
import type { App } from '../boot.ts';
import { describeFault, type LocatedFault } from '../config/config-faults.ts';
import { storeLocation } from '../config/store-location.ts';
import { GatehouseError } from '../errors.ts';
import type { CommandKit } from './command-kit.ts';
import { checkMail } from './doctor/check-mail.ts';
import { checkMapped } from './doctor/check-mapped.ts';
import {
  checkClock,
  checkNode,
  checkPublicUrl,
  checkRecords,
  checkStoreFile,
  checkTrustedProxies,
} from './doctor/checks.ts';
import type { Finding } from './doctor/finding.ts';
import { table } from './print.ts';

/** `doctor`: what is in order and what is not, and what to do about it. Exit code 1 where something fails. */
export function registerDoctor(program: Command, kit: CommandKit): void {
  program
    .command('doctor')
    .description('Check this installation: Node, config, store, audit, addresses')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const findings = await examine(kit);
      const rows = findings.map(({ status, check, message, solve }) => [
        status,
        check,
        solve ? `${message} ${solve}` : message,
      ]);
      const text = table(['', 'CHECK', 'FINDING'], rows);
      kit.print({ json: findings.map(finding => ({ ...finding })), text }, options);
      if (findings.some(({ status }) => status === 'fail')) kit.setExitCode(1);
    });
}

async function examine(kit: CommandKit): Promise<Finding[]> {
  const findings = [checkNode(process.versions.node)];
  try {
    const { config, checked } = await kit.config();
    const { assembly, server } = checked;
    const names = assembly.plugins.map(({ name }) => name);
    findings.push(
      { check: 'config', status: 'ok', message: `${kit.configFile}: ${names.join(', ')}.` },
      checkClock({ now: kit.machine.now(), configFile: kit.configFile }),
      checkPublicUrl(server, { hasDemo: names.includes('demo') }),
      checkTrustedProxies(server),
    );
    const location = storeLocation({ config, env: kit.machine.env });
    findings.push(...(await examineStore(kit)), ...checkStoreFile({ location, configFile: kit.configFile }));
    findings.push(
      assembly.registrations.sinks.length > 0
        ? { check: 'audit', status: 'ok', message: 'Every call is recorded before it is answered.' }
        : {
            check: 'audit',
            status: 'fail',
            message: 'No plugin records calls.',
            solve: 'Turn on the plugin security.',
          },
    );
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError)) throw thrown;
    findings.push(...configFindings(thrown));
  }
  return findings;
}

/** One line for each fault in the config. */
function configFindings({ publicMessage, data }: GatehouseError): Finding[] {
  const faults = Array.isArray(data?.faults) ? (data.faults as readonly LocatedFault[]) : [];
  if (faults.length === 0) return [{ check: 'config', status: 'fail', message: publicMessage }];
  return faults.map(fault => ({ check: 'config', status: 'fail', message: describeFault(fault) }));
}

/** Opens the store as a server would, without starting anything, and proves that it keeps what is written. */
async function examineStore(kit: CommandKit): Promise<Finding[]> {
  let app: App;
  try {
    app = await kit.open({ role: 'command' });
    await app.runtime.store.ping();
  } catch (thrown) {
    if (!(thrown instanceof GatehouseError)) throw thrown;
    return [{ check: 'store', status: 'fail', message: thrown.message, solve: thrown.spec.solve }];
  }
  const { info, capabilities } = app.runtime.store;
  const where = `${info.product} at ${info.location}`;
  return [
    { check: 'store', status: 'ok', message: `${where}: reads and writes.` },
    capabilities.transactions
      ? { check: 'transactions', status: 'ok', message: 'Several records can be changed all or nothing.' }
      : {
          check: 'transactions',
          status: 'warn',
          message: 'This server has none: a call that would change several records at once is refused.',
          solve: 'Use a replica set or a sharded cluster for that; import takes --resumable.',
        },
    await checkRecords(app.runtime),
    ...(await checkMapped(app.runtime)),
    ...(await checkMail(app)),
  ];
}
