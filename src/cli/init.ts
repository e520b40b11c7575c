import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { starterFiles } from './starter-files.ts';

/** `init`: a commented config to start from, and a model. Overwrites nothing. */
export function registerInit(program: Command, kit: CommandKit): void {
  program
    .command('init')
    .description('Write a commented mcp.config.ts and a model to start from')
    .argument('[folder]', 'where; default the current folder')
    .option('--json', 'print JSON')
    .action(async (given: string | undefined, options: { json?: boolean }) => {
      const folder = resolve(kit.machine.folder, given ?? '.');
      const files = Object.keys(starterFiles);
      const existing = files.filter(file => existsSync(join(folder, file)));
      if (existing.length > 0) {
        throw cliErrors.FILE_EXISTS({ message: `Nothing was written: ${folder} has ${existing.join(', ')} already.` });
      }
      for (const [file, text] of Object.entries(starterFiles)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        // Fails where the file has appeared since.
        await writeFile(join(folder, file), text, { flag: 'wx' });
      }
      const text = [
        `Written to ${folder}: ${files.join(', ')}.`,
        'Next: gatehouse doctor, then gatehouse user create and gatehouse key create (see --help), then gatehouse serve.',
      ].join('\n');
      kit.print({ json: { folder, files }, text }, options);
    });
}
