import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { didYouMean } from '../config/nearest.ts';
import { GatehouseError, kernelErrors } from '../errors.ts';
import type { Environment } from '../model/environment.ts';
import type { RegisteredModel, Registry } from '../model/registry.ts';
import type { Runtime } from '../plugin/scope.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { findPrincipal } from './find-principal.ts';
import { checkFile } from './import/check-file.ts';
import { createTitleFinder } from './import/find-titles.ts';
import { hashFile, openSource } from './import/open-source.ts';
import type { ImportRecord } from './import/read-records.ts';
import { storeStepwise, storeTogether } from './import/store-records.ts';

interface ImportOptions {
  readonly model: string;
  readonly user?: string;
  readonly resumable?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const help = `
Columns are named after fields, or their labels. References are ids (model/… or plain) or titles; several of them are
separated by ";". Dates are YYYY-MM-DD, times have an offset (2026-01-31T09:30:00Z), decimals a point. An empty cell
takes the field's default. In .json: a list of records; in .jsonl: a record a line. Of a CSV file, row 1 is the
heading.

Every row is checked before anything is stored, and all rows are stored, or none. The same file is never stored twice.`;

/** `import`: records from a file, through the same checks as everybody's. */
export function registerImport(program: Command, kit: CommandKit): void {
  program
    .command('import')
    .description('Store the records of a CSV or JSON file: all of them, or none')
    .argument('<file>', '.csv, .tsv, .json or .jsonl, in UTF-8')
    .requiredOption('--model <model>', 'what the records are, such as crm.partner')
    .option('--user <login>', 'with the rights of this user; default without limits')
    .option('--resumable', 'store step by step; after an interruption the same command goes on where it stopped')
    .option('--dry-run', 'check everything, store nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (given: string, options: ImportOptions) => {
      const file = resolve(kit.machine.folder, given);
      const result = await importFile({ kit, file, options });
      const { rows, stored, found } = result;
      const text = options.dryRun
        ? `${rows} rows fit; nothing was stored, as this was a dry run.`
        : `${stored} records of ${options.model} stored.${found > 0 ? ` ${found} were there already.` : ''}`;
      kit.print({ json: { ...result }, text }, options);
    });
}

/** `found`: rows that an earlier import of the same file has stored. */
interface ImportResult {
  readonly model: string;
  readonly file: string;
  readonly rows: number;
  readonly stored: number;
  readonly found: number;
  readonly dryRun: boolean;
}

async function importFile(input: { kit: CommandKit; file: string; options: ImportOptions }): Promise<ImportResult> {
  const { kit, file, options } = input;
  const { resumable: isResumable = false, dryRun = false } = options;
  const source = await openSource(file);
  const runtime = await kit.runtime();
  const model = importable(runtime.registry, options.model);
  if (!isResumable && !dryRun) requireTransactions(runtime);

  const { store } = runtime;
  const reason = `import of ${basename(file)}`;
  const env = options.user === undefined ? runtime.system(reason) : await envOf({ kit, runtime, login: options.user });
  // What the user may do is settled by the check of every row; what is stored then gets its ids from the file.
  const writing = env.asSystem(reason);
  const hash = await hashFile(file);
  const reading = { source, model, hash, findTitles: createTitleFinder(env) };

  const checking = kit.terminal.progress(`Checking ${basename(file)} (bytes)`, source.size);
  const kept: ImportRecord[] = [];
  const onRecords = (records: readonly ImportRecord[]) => {
    if (!isResumable && !dryRun) kept.push(...records);
  };
  const checked = await checkFile({ ...reading, env, store, onRecords, onBytes: read => checking.step(read) });
  checking.end();
  if (checked instanceof GatehouseError) throw checked;

  const { rows, stored: found } = checked;
  const result = { model: model.name, file, rows, stored: dryRun ? 0 : rows - found, found, dryRun };
  if (result.stored === 0) return result;
  const storing = kit.terminal.progress(`Storing ${model.name}`, rows);
  if (isResumable) await storeStepwise({ ...reading, env: writing, store, onStored: done => storing.step(done) });
  else {
    await storeTogether({ env: writing, model: model.name, records: kept });
    storing.step(rows);
  }
  storing.end();
  return result;
}

/** Records as this user may reach them. Throws USER_UNKNOWN. */
async function envOf(input: { kit: CommandKit; runtime: Runtime; login: string }): Promise<Environment> {
  const { kit, runtime, login } = input;
  const { checked } = await kit.config();
  return runtime.env(await findPrincipal({ registrations: checked.assembly.registrations, runtime, login }));
}

/** Throws MODEL_UNKNOWN for one that does not exist or that only the server itself writes. */
function importable(registry: Registry, name: string): RegisteredModel {
  const model = registry.get(name);
  if (model && !model.definition.protected) return model;
  const known = registry.all().map(existing => existing.name);
  const message = model
    ? `Records of ${name} are made by Gatehouse alone; they cannot be imported.`
    : `There is no model ${name}.${didYouMean(name, known)}`;
  throw cliErrors.MODEL_UNKNOWN({ message });
}

function requireTransactions({ store }: Runtime): void {
  if (store.capabilities.transactions) return;
  throw kernelErrors.STORE_NO_TRANSACTIONS({
    message:
      `${store.info.product} has no transactions, so the rows cannot be stored all or nothing. ` +
      'With --resumable they are stored step by step, and after an interruption the same command goes on.',
  });
}
