import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
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
      await writeAll(folder);
      const text = [
        `Written to ${folder}: ${files.join(', ')}.`,
        'Next: gatehouse doctor, then gatehouse user create and gatehouse key create (see --help), then gatehouse serve.',
      ].join('\n');
      kit.print({ json: { folder, files }, text }, options);
    });
}

/** All starter files, or none. Throws FILES_NOT_WRITTEN. */
async function writeAll(folder: string): Promise<void> {
  const written: string[] = [];
  try {
    for (const [name, text] of Object.entries(starterFiles)) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      // Fails where the file has appeared since.
      await writeFile(file, text, { flag: 'wx' });
      written.push(file);
    }
  } catch (thrown) {
    for (const file of written) await rm(file);
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw cliErrors.FILES_NOT_WRITTEN({ message: `Nothing was written to ${folder}: ${why}.`, cause: thrown });
  }
}
