import { derivedId, type StoredValue } from '../../../src/index.ts';

/** A record of the demo company as it is stored: money in cents, dates as `YYYY-MM-DD`. */
export type DemoRow = { readonly id: string } & { readonly [field: string]: StoredValue };

/** The id of the demo's `number`th record of a model: the same on every machine. */
export function demoId(model: string, number: number): string {
  return derivedId(`gatehouse demo ${model} ${number}`);
}

/** When all of it was entered: no machine's clock takes part. */
export const foundedAt = '2026-09-30T16:00:00.000Z';

/** The date so many days later. */
export function daysAfter(date: string, days: number): string {
  const later = new Date(`${date}T00:00:00Z`);
  later.setUTCDate(later.getUTCDate() + days);
  return later.toISOString().slice(0, 10);
}
