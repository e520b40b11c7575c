import type { Store } from '../../src/index.ts';
import { createStoredTable, type TableRows } from './stored-table.ts';

/** Deciding models that are asked together: never the new rows of one beside the old rows of another. */
export interface TableSet<Name extends string> {
  /** The rows of all of them, as they were at one moment; they stay as they are. */
  current(): Readonly<Record<Name, TableRows>>;
  /**
   * Brings all of them up to date and says whether any changed. Not to be called again before it has ended. Throws
   * STORE_UNAVAILABLE; the rows are as before then, and what was read already counts with the next that succeeds.
   */
  sync(): Promise<boolean>;
}

interface TableSetParts<Name extends string> {
  readonly store: Store;
  /** By the name that it is asked for by: the model, and the text field that its rows are asked for by. */
  readonly models: Readonly<Record<Name, { readonly model: string; readonly by?: string }>>;
}

/**
 * Readings after which the last one counts, however much has changed meanwhile: policies that never stand still must not
 * keep old rights alive.
 */
const maxReadings = 5;

/**
 * Each model is read by itself, so a rule and the permission that was given after it could be read in the wrong order. Where
 * two readings find the same, all of it was so at the moment between them.
 */
export function createTableSet<Name extends string>({ store, models }: TableSetParts<Name>): TableSet<Name> {
  const tables = Object.entries<TableSetParts<Name>['models'][Name]>(models).map(
    ([name, table]) => [name as Name, createStoredTable({ store, ...table })] as const,
  );
  const snapshot = () =>
    Object.fromEntries(tables.map(([name, table]) => [name, table.current()])) as Record<Name, TableRows>;
  let shown = snapshot();
  /** Something was read that is not shown yet. */
  let isBehind = false;

  /** One reading of all of them, waited for to the end also where one fails. */
  async function read(): Promise<boolean> {
    const readings = await Promise.allSettled(tables.map(([, table]) => table.sync()));
    const isChanged = readings.some(reading => reading.status === 'fulfilled' && reading.value);
    isBehind ||= isChanged;
    for (const reading of readings) if (reading.status === 'rejected') throw reading.reason;
    return isChanged;
  }

  return {
    current: () => shown,
    async sync() {
      for (let reading = 1; (await read()) && reading < maxReadings; ) reading += 1;
      if (!isBehind) return false;
      shown = snapshot();
      isBehind = false;
      return true;
    },
  };
}
