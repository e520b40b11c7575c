import { openStore } from '../../src/store/open-store.ts';
import type { Row, Store, StoredModel, WriteOperation } from '../../src/store/port.ts';
import { contractModels } from './contract-models.ts';

/** Where the data of a contract suite lies. */
export interface Harness {
  /** The store's location, as a config has it; the same name means the same data. */
  location(data: string): string;
}

/** A store on the data of this name, with the contract's models. */
export async function openContractStore(
  harness: Harness,
  { data, models = contractModels }: { data: string; models?: readonly StoredModel[] },
): Promise<Store> {
  const store = await openStore({
    location: harness.location(data),
    folder: '/',
    now: Date.now,
    queryTimeLimit: 10_000,
  });
  await store.open(models);
  return store;
}

export const everything = { kind: 'all', of: [] } as const;

/** Removes all rows, one by one where the server has no transactions. */
export async function clear(store: Store, models: readonly StoredModel[] = contractModels): Promise<void> {
  const removals = models.map(({ name }): WriteOperation => ({ kind: 'remove', model: name, where: everything }));
  await store.write(removals, { atomic: false });
}

/** A row as it is inserted: what is left out is missing. */
export type NewRow = Extract<WriteOperation, { kind: 'insert' }>['row'];

/** Stores rows, not necessarily all or nothing. */
export async function load(store: Store, model: string, rows: readonly NewRow[]): Promise<void> {
  await store.write(
    rows.map((row): WriteOperation => ({ kind: 'insert', model, row })),
    { atomic: false },
  );
}

/** A record id from a small number. */
export function id(number: number): string {
  return number.toString(16).padStart(24, '0');
}

/** The numbers of the rows that were found, in order. */
export function numbers(rows: readonly Row[]): number[] {
  return rows.map(row => Number.parseInt(row.id, 16));
}

export const person = 'contract.person';
export const country = 'contract.country';
export const tag = 'contract.tag';
