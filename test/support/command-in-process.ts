import { Command } from 'commander';
import { silentTerminal } from '../../src/cli/terminal.ts';
import type { CommandContext, Json, Runtime } from '../../src/index.ts';

/** What a command has said on stdout. */
export interface Said {
  /** As with `--json`, and as people are shown it. */
  readonly json: Json | undefined;
  readonly text: string;
  /** What it wrote piece by piece. */
  readonly written: string;
}

/** Runs a command line of plugins in this process. `secret`: what is typed where one is asked for. */
export async function runInProcess(input: {
  readonly runtime: Runtime;
  readonly register: readonly ((program: Command, context: CommandContext) => void)[];
  readonly line: readonly string[];
  readonly secret?: string | undefined;
}): Promise<Said> {
  const { runtime, register, line, secret = '' } = input;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  let printed: { json: Json | undefined; text: string } = { json: undefined, text: '' };
  let written = '';
  const context: CommandContext = {
    runtime: async () => runtime,
    print: output => {
      printed = output;
    },
    write: async text => {
      written += text;
    },
    readSecret: async () => secret,
    terminal: silentTerminal,
  };
  for (const add of register) add(program, context);
  await program.parseAsync(line, { from: 'user' });
  return { ...printed, written };
}
