import { type GatehouseError, hasCode } from '../../errors.ts';
import type { FieldFault } from '../../model/field-faults.ts';
import { cliErrors } from '../errors.ts';
import { visible } from '../print.ts';

/** One thing that is wrong in a file. */
export interface RowFault {
  readonly row: number;
  /** Empty: the row as a whole. */
  readonly field: string;
  readonly message: string;
}

/** Faults that are shown one by one. */
const shownFaults = 100;

/** Several faults of one field in one row are one: the first. */
export function distinctFaults(faults: readonly RowFault[]): RowFault[] {
  const byPlace = new Map<string, RowFault>();
  for (const fault of faults) {
    const place = `${fault.row} ${fault.field}`;
    if (!byPlace.has(place)) byPlace.set(place, fault);
  }
  return [...byPlace.values()].toSorted((a, b) => a.row - b.row);
}

/** Keeps the first hundred faults as they are, and of all others, in the order of the file, the field and the row. */
export function createFaultList() {
  const kept: RowFault[] = [];
  const others = new Map<string, RowRange[]>();
  const rows = new Set<number>();
  let count = 0;
  return {
    add(faults: readonly RowFault[]) {
      count += faults.length;
      for (const fault of faults) {
        rows.add(fault.row);
        if (kept.length < shownFaults) kept.push(fault);
        else addRow({ ranges: others, ...fault });
      }
    },
    /** IMPORT_ROWS_INVALID where there is any. */
    error(): GatehouseError | undefined {
      if (count === 0) return undefined;
      const lines = kept.map(({ row, field, message }) => `  row ${row}${field && `, ${field}`}: ${message}`);
      if (count > kept.length) lines.push(`  and ${count - kept.length} more:`);
      for (const [field, ranges] of others) lines.push(`  ${rangesText(ranges)}${field && `, ${field}`}`);
      return cliErrors.IMPORT_ROWS_INVALID({
        message: `${rows.size === 1 ? 'One row does' : `${rows.size} of the rows do`} not fit. Nothing was stored.\n${lines.map(line => visible(line)).join('\n')}`,
        data: { faults: kept, count, rows: rows.size },
      });
    },
  };
}

/** Rows that follow each other, both ends included. */
interface RowRange {
  readonly first: number;
  last: number;
}

function addRow({ ranges, row, field }: { ranges: Map<string, RowRange[]>; row: number; field: string }): void {
  const list = ranges.get(field) ?? [];
  const end = list.at(-1);
  if (end && row === end.last + 1) end.last = row;
  else list.push({ first: row, last: row });
  ranges.set(field, list);
}

function rangesText(ranges: readonly RowRange[]): string {
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return `${texts.length === 1 && ranges[0]?.first === ranges[0]?.last ? 'row' : 'rows'} ${texts.join(', ')}`;
}

/** The faults of a refused `create`, by the position of the record; undefined: it was refused for another reason. */
export function fieldFaults(thrown: unknown): readonly FieldFault[] | undefined {
  if (!hasCode(thrown, 'VALUES_INVALID') && !hasCode(thrown, 'VALUE_NOT_UNIQUE')) return undefined;
  return Array.isArray(thrown.data?.fields) ? (thrown.data.fields as FieldFault[]) : undefined;
}
