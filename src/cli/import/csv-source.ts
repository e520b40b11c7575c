import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { cliErrors } from '../errors.ts';
import { readText } from './read-text.ts';
import type { Source, SourceRow } from './source.ts';

/** CSV (RFC 4180) with a heading; the separator is the one of comma, semicolon and tab that the heading has most of. */
export async function openCsv({ file, size }: { file: string; size: number }): Promise<Source> {
  const delimiter = separatorOf(await firstLine(file));
  const columns = await headingOf({ file, delimiter });

  async function* rows(onBytes?: (read: number) => void): AsyncGenerator<SourceRow> {
    let row = 0;
    for await (const record of records({ file, delimiter, onBytes })) {
      row += 1;
      if (row === 1 || record.every(cell => cell === '')) continue;
      const fault =
        record.length === columns.length
          ? undefined
          : `The row has ${record.length} cells, and the heading names ${columns.length}.`;
      const cells = new Map(columns.map((column, index) => [column, record[index]]));
      yield fault ? { row, cells, fault } : { row, cells };
    }
  }
  return { size, columns, rows };
}

async function headingOf({ file, delimiter }: { file: string; delimiter: string }): Promise<string[]> {
  for await (const record of records({ file, delimiter })) return record.map(name => name.trim());
  throw cliErrors.IMPORT_FILE_INVALID({ message: `${basename(file)} is empty: expected a heading with field names.` });
}

async function* records(input: {
  file: string;
  delimiter: string;
  onBytes?: ((read: number) => void) | undefined;
}): AsyncGenerator<string[]> {
  const { file, delimiter, onBytes } = input;
  const parser = parse({ delimiter, relax_column_count: true, max_record_size: 1_000_000 });
  const text = Readable.from(readText(file, onBytes));
  text.on('error', error => parser.destroy(error));
  try {
    for await (const record of text.pipe(parser)) yield record as string[];
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    throw cliErrors.IMPORT_FILE_INVALID({
      message: `${basename(file)} is not CSV: ${thrown.message}.`,
      cause: thrown,
    });
  } finally {
    text.destroy();
  }
}

async function firstLine(file: string): Promise<string> {
  let line = '';
  for await (const text of readText(file)) {
    line += text;
    if (line.includes('\n') || line.length > 100_000) break;
  }
  return line.split('\n', 1)[0] ?? '';
}

function separatorOf(heading: string): string {
  const counts = [',', ';', '\t'].map(separator => ({ separator, count: heading.split(separator).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).separator;
}
