import type { RegisteredModel } from '../../model/registry.ts';
import { derivedId } from '../../store/derived-id.ts';
import { type Column, columnFor } from './columns.ts';
import type { createTitleFinder } from './find-titles.ts';
import { type Cell, parseJsonCell, parseTextCell, type Title } from './parse-cell.ts';
import type { RowFault } from './row-faults.ts';
import type { Source, SourceRow } from './source.ts';

/** A row as the values of a new record. */
export interface ImportRecord {
  readonly row: number;
  /** The same for the same row of the same file, so that it is never stored twice: 24 hex digits. */
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Some rows on their way. A record that has a fault is there without the faulty field, so that others can be found. */
export interface Batch {
  readonly records: readonly ImportRecord[];
  readonly faults: readonly RowFault[];
}

export interface ReadRecordsInput {
  readonly source: Source;
  readonly model: RegisteredModel;
  /** Of the file's bytes. */
  readonly hash: string;
  readonly findTitles: ReturnType<typeof createTitleFinder>;
  readonly onBytes?: (read: number) => void;
}

/** Rows that are looked at together: few enough for memory, many enough for the database. */
const batchSize = 500;

/** Reads the file as records, some at a time. */
export async function* readRecords(input: ReadRecordsInput): AsyncGenerator<Batch> {
  let rows: SourceRow[] = [];
  for await (const row of input.source.rows(input.onBytes)) {
    rows.push(row);
    if (rows.length < batchSize) continue;
    yield await readBatch(input, rows);
    rows = [];
  }
  if (rows.length > 0) yield await readBatch(input, rows);
}

async function readBatch(input: ReadRecordsInput, rows: readonly SourceRow[]): Promise<Batch> {
  const { source, model, hash, findTitles } = input;
  const faults: RowFault[] = [];
  const columns = new Map<string, ReturnType<typeof columnFor>>();
  const parsed = rows.flatMap(({ row, cells, fault }) => {
    if (fault !== undefined) {
      faults.push({ row, field: '', message: fault });
      return [];
    }
    const fields = new Map<string, Cell>();
    for (const [heading, text] of cells) {
      const column = columns.get(heading) ?? columnFor(model, heading);
      columns.set(heading, column);
      // In a CSV file the heading has said so once for all rows.
      if ('fault' in column) {
        if (!source.columns) faults.push({ row, field: heading, message: column.fault });
      } else if (fields.has(column.name)) {
        faults.push({ row, field: heading, message: 'The record has this field under another name as well.' });
      } else fields.set(column.name, parseCell(column, text, source.columns !== undefined));
    }
    return [{ row, fields }];
  });
  const found = await findTitles(parsed.flatMap(({ fields }) => [...fields.values()].flatMap(titlesIn)));
  const records = parsed.map(({ row, fields }) => {
    const values: Record<string, unknown> = {};
    for (const [field, cell] of fields) {
      const value = readCell(cell, found);
      if ('message' in value) faults.push({ row, field, message: value.message });
      else if (value.isGiven) values[field] = value.value;
    }
    return { row, id: recordId({ hash, model: model.name, row }), values };
  });
  return { records, faults };
}

function parseCell({ field }: Column, cell: unknown, isText: boolean): Cell {
  return isText ? parseTextCell(field, String(cell ?? '')) : parseJsonCell(field, cell);
}

function titlesIn(cell: Cell): Title[] {
  if (cell.kind === 'one') return typeof cell.of === 'string' ? [] : [cell.of];
  return cell.kind === 'many' ? cell.of.filter(item => typeof item !== 'string') : [];
}

type CellValue = { readonly isGiven: boolean; readonly value?: unknown } | { readonly message: string };

function readCell(cell: Cell, found: Awaited<ReturnType<ReturnType<typeof createTitleFinder>>>): CellValue {
  const idOf = (item: string | Title) => (typeof item === 'string' ? { id: item } : found(item));
  switch (cell.kind) {
    case 'empty':
      return { isGiven: false };
    case 'value':
      return { isGiven: true, value: cell.value };
    case 'fault':
      return { message: `Expected ${cell.expected}.` };
    case 'one': {
      const one = idOf(cell.of);
      return 'id' in one ? { isGiven: true, value: one.id } : { message: one.fault };
    }
    case 'many': {
      const many = cell.of.map(idOf);
      const fault = many.find(item => 'fault' in item);
      if (fault && 'fault' in fault) return { message: fault.fault };
      return { isGiven: true, value: many.map(item => ('id' in item ? item.id : '')) };
    }
  }
}

function recordId({ hash, model, row }: { hash: string; model: string; row: number }): string {
  return derivedId(`${hash} ${model} ${row}`);
}
