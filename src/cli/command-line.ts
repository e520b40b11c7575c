import { Command, CommanderError } from 'commander';
import { registerCommands } from '../boot.ts';
import { kernelVersion } from '../plugin/plugin-graph.ts';
import { type CommandKit, createCommandKit } from './command-kit.ts';
import { registerDoctor } from './doctor.ts';
import { findConfig } from './find-config.ts';
import { registerImport } from './import.ts';
import { registerInit } from './init.ts';
import { registerIntrospect } from './introspect.ts';
import { registerJob } from './job.ts';
import type { Machine } from './machine.ts';
import { registerMigrate } from './migrate.ts';
import { registerModel } from './model.ts';
import { registerPolicy } from './policy.ts';
import { reportError } from './report-error.ts';
import { registerServe } from './serve.ts';
import { registerStdio } from './stdio.ts';

/** Runs one command. Gives the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function runCommandLine(machine: Machine): Promise<number> {
  const { argv, folder, stderr } = machine;
  const { config, debug: isDebug = false, command } = globalOptions(argv);
  const kit = createCommandKit({ machine, configFile: findConfig({ given: config, folder }) });
  try {
    const program = createProgram(machine);
    for (const register of [
      registerServe,
      registerStdio,
      registerInit,
      registerModel,
      registerImport,
      registerMigrate,
      registerIntrospect,
      registerJob,
      registerPolicy,
      registerDoctor,
    ]) {
      register(program, kit);
    }
    const isOwn = program.commands.some(own => own.name() === command);
    if (!isOwn) await addPluginCommands({ program, kit, isHelp: command === undefined || command === 'help' });
    await program.parseAsync([...argv], { from: 'user' });
    return kit.exitCode;
  } catch (thrown) {
    return reportError({ thrown, stderr, isDebug });
  } finally {
    await kit.close();
  }
}

/** The config names the plugins, and these bring commands; help is given without them when there is a fault in it. */
async function addPluginCommands(input: { program: Command; kit: CommandKit; isHelp: boolean }): Promise<void> {
  const { program, kit, isHelp } = input;
  try {
    const { checked } = await kit.config();
    registerCommands(checked.assembly, program, kit);
  } catch (thrown) {
    if (!isHelp) throw thrown;
    program.addHelpText(
      'after',
      `\nThe plugins' commands are missing here: see gatehouse doctor about ${kit.configFile}.`,
    );
  }
}

function createProgram({ stdout, stderr }: Machine): Command {
  return new Command('gatehouse')
    .description('A guarded MCP server for business records.')
    .version(kernelVersion)
    .option('--config <file>', 'the config; default mcp.config.ts here or in the nearest folder above')
    .option('--debug', 'show the stack of an error')
    .configureOutput({
      writeOut: text => void stdout.write(text),
      writeErr: text => void stderr.write(text),
    })
    .showHelpAfterError('Add --help for what is possible.')
    .exitOverride();
}

/** The options that are needed before the commands are known; what is wrong with them is said when all are parsed. */
function globalOptions(argv: readonly string[]): { config?: string; debug?: boolean; command?: string | undefined } {
  const early = new Command().option('--config <file>').option('--debug').exitOverride();
  early.configureOutput({ writeErr: () => {} });
  try {
    const { operands } = early.parseOptions([...argv]);
    return { ...early.opts<{ config?: string; debug?: boolean }>(), command: operands[0] };
  } catch (thrown) {
    if (thrown instanceof CommanderError) return {};
    throw thrown;
  }
}
