import { basename } from 'node:path';
import { isObject } from '../../is-object.ts';
import { cliErrors } from '../errors.ts';
import { readText } from './read-text.ts';
import type { Source, SourceRow } from './source.ts';

interface JsonFile {
  readonly file: string;
  readonly size: number;
}

/** A list of records in one JSON file. It is read as a whole; larger files do better as `.jsonl`, a record a line. */
export async function openJson({ file, size }: JsonFile): Promise<Source> {
  let text = '';
  for await (const piece of readText(file)) text += piece;
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw cliErrors.IMPORT_FILE_INVALID({
      message: `${basename(file)} is not JSON: ${thrown.message}.`,
      cause: thrown,
    });
  }
  if (!Array.isArray(list)) {
    throw cliErrors.IMPORT_FILE_INVALID({ message: `${basename(file)} must hold a list of records: [{ … }, { … }].` });
  }
  const records: readonly unknown[] = list;
  return {
    size,
    columns: undefined,
    async *rows(onBytes) {
      for (const [index, record] of records.entries()) yield asRow(index + 1, record);
      onBytes?.(size);
    },
  };
}

/** One record in JSON a line. */
export async function openJsonLines({ file, size }: JsonFile): Promise<Source> {
  return {
    size,
    columns: undefined,
    async *rows(onBytes) {
      let row = 0;
      for await (const line of linesOf(readText(file, onBytes))) {
        row += 1;
        if (line.trim() !== '') yield parseLine(row, line);
      }
    },
  };
}

function parseLine(row: number, line: string): SourceRow {
  try {
    return asRow(row, JSON.parse(line));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return { row, cells: new Map(), fault: `The line is not JSON: ${thrown.message}.` };
  }
}

function asRow(row: number, record: unknown): SourceRow {
  if (isObject(record)) {
    return { row, cells: new Map(Object.entries(record)) };
  }
  return { row, cells: new Map(), fault: 'Expected an object of values by field.' };
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}
