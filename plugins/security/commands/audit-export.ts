import { open, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { all, type CommandContext } from '../../../src/index.ts';
import { counted } from '../audit/counted.ts';
import { type EntryFilter, filterCondition, timeCondition } from '../audit/entry-filter.ts';
import { type ExportFormat, exportLog } from '../audit/export-log.ts';
import { timeLimit } from '../audit/verify/read-chain.ts';
import { securityErrors } from '../errors.ts';
import { withFilters } from './audit-list.ts';

interface ExportOptions extends EntryFilter {
  readonly format: string;
  readonly out?: string;
}

export function registerAuditExport(audit: Command, context: CommandContext): void {
  withFilters(audit.command('export').description('Entries of any number, the oldest first, as CSV or NDJSON'))
    .requiredOption('--format <format>', 'csv, or json: one object a line')
    .option('--out <file>', 'a new file, readable by its owner alone; default stdout')
    .action(async (options: ExportOptions) => {
      const format = formatOf(options.format);
      const runtime = await context.runtime();
      const { store } = runtime;
      // What is written from now on is left out, so that there is an end.
      const now = timeCondition('<', new Date(runtime.now() + 1).toISOString());
      const where = all(await filterCondition(runtime, options), now);
      const total = await store.count({ model: 'security.audit-entry', where, timeLimit });
      const target = options.out === undefined ? { write: context.write } : await createFile(options.out);
      const progress = context.terminal.progress('Exporting entries', total);
      let entries = 0;
      try {
        for await (const piece of exportLog({ store, where, format })) {
          await target.write(piece.text);
          entries += piece.entries;
          progress.step(entries);
        }
        await target.close?.();
      } catch (thrown) {
        await target.discard?.();
        throw thrown;
      } finally {
        progress.end();
      }
      if (options.out !== undefined)
        context.terminal.note(`${counted(entries, { one: 'entry is', many: 'entries are' })} in ${options.out}.`);
    });
}

function formatOf(format: string): ExportFormat {
  if (format === 'csv' || format === 'json') return format;
  throw securityErrors.FILTER_INVALID({ message: `--format: expected csv or json, not "${format}".` });
}

interface Target {
  write(text: string): Promise<void>;
  close?(): Promise<void>;
  /** An export that is not complete is no export. */
  discard?(): Promise<void>;
}

/** Never overwrites a file. Throws EXPORT_FAILED. */
async function createFile(path: string): Promise<Target> {
  const failed = (thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return securityErrors.EXPORT_FAILED({ message: `The export cannot be written to ${path}: ${why}.`, cause: thrown });
  };
  const guarded = async (run: () => Promise<void>) => run().catch(thrown => Promise.reject(failed(thrown)));
  const file = await open(path, 'wx', 0o600).catch(thrown => Promise.reject(failed(thrown)));
  return {
    write: text => guarded(() => file.writeFile(text)),
    close: () => guarded(() => file.close()),
    discard: () => guarded(() => file.close().then(() => rm(path))),
  };
}
