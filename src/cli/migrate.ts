import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/port.ts';
import { sqliteFile } from '../store/sqlite-file.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { compareStores, describeDifference, type Migrated, migrateStore } from './migrate/migrate-store.ts';
import { table } from './print.ts';

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

const help = `
Stop the servers on the source first, and start none on the target before this has ended well. What goes over is every
record of every model of the config, keys and audit log included, so turn on every plugin whose records are to be kept;
models mapped onto collections of others are left out. Cut short at any moment, the same command goes on where it
stopped. At the end both sides are compared, by number and SHA-256; --check does that alone. Then point the config,
GATEHOUSE_STORE or MONGODB_URI to the target.`;

/** `migrate`: every record from one store to another, unchanged. Exit code 1 where the target is not the same then. */
export function registerMigrate(program: Command, kit: CommandKit): void {
  program
    .command('migrate')
    .description('Copy everything from one store to another, such as SQLite to MongoDB')
    .requiredOption('--from <store>', 'sqlite:PATH (relative to the config) or mongodb://…')
    .requiredOption('--to <store>', 'mongodb://… or sqlite:PATH; empty, or begun by this command')
    .option('--check', 'copy nothing, only compare')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (options: MigrateOptions) => {
      const migrated = await withStores({ kit, options });
      const isEqual = migrated.every(({ difference }) => !difference);
      kit.print({ json: { isEqual, models: migrated.map(json) }, text: text(migrated) }, options);
      if (!isEqual) throw mismatch(migrated);
    });
}

async function withStores({ kit, options }: { kit: CommandKit; options: MigrateOptions }): Promise<Migrated[]> {
  const { checked } = await kit.config();
  const { terminal, configFile, machine } = kit;
  // Mapped models are documents of others, who move them themselves.
  const stored = checked.assembly.registry.all().flatMap(model => (model.stored.mapping ? [] : [model.stored]));
  const models = stored.map(({ name }) => name);
  const folder = dirname(configFile);
  const opened: Store[] = [];
  async function open(location: string): Promise<Store> {
    const { queryTimeLimit } = checked.server;
    const store = await openStore({ location, folder, now: machine.now, queryTimeLimit });
    opened.push(store);
    return store;
  }
  checkFile({ location: options.from, folder });
  try {
    const source = await open(options.from);
    const target = await open(options.to);
    if (source.info.location === target.info.location) {
      throw cliErrors.MIGRATION_SOURCE_INVALID({ message: `${source.info.location} is the target, too.` });
    }
    for (const store of opened) await store.open(stored);
    const stores = { source, target, models, terminal };
    if (!options.check) return await migrateStore(stores);
    return (await compareStores(stores)).map(comparison => ({ ...comparison, copied: 0 }));
  } finally {
    for (const store of opened) await store.close();
  }
}

/** Opening would make a file that is not there, and an empty one would be copied. */
function checkFile({ location, folder }: { location: string; folder: string }): void {
  const file = sqliteFile({ location, folder });
  if (file === undefined || existsSync(file)) return;
  throw cliErrors.MIGRATION_SOURCE_INVALID({ message: `There is no file ${file}.` });
}

function json({ model, source, target, copied, difference }: Migrated) {
  return {
    model,
    copied,
    source: { ...source },
    target: { ...target },
    difference: difference ? { ...difference } : null,
  };
}

function text(migrated: readonly Migrated[]): string {
  const rows = migrated.map(({ model, source, target, copied, difference }) => [
    model,
    ...[source.rows, target.rows, copied].map(String),
    ...[source, target].map(({ sha256 }) => sha256.slice(0, 12)),
    difference ? `NOT EQUAL: ${difference.kind} ${difference.id}` : 'equal',
  ]);
  return table(['MODEL', 'SOURCE', 'TARGET', 'COPIED', 'SHA-256 SOURCE', 'SHA-256 TARGET', 'RESULT'], rows);
}

function mismatch(migrated: readonly Migrated[]): Error {
  const different = migrated.flatMap(({ model, difference }) => (difference ? [{ model, difference }] : []));
  const [first] = different;
  const sentence = first ? describeDifference(first.model, first.difference) : '';
  const count = different.length === 1 ? '1 model is' : `${different.length} models are`;
  return cliErrors.MIGRATION_NOT_EQUAL({ message: `${count} not equal. First: ${sentence}` });
}
