import type { OutRecord } from '../../../src/index.ts';
import { restOfValue, shortenValue } from './shorten-value.ts';

type Values = Readonly<Record<string, unknown>>;

/** A record as the tools answer it. */
export interface AnsweredRecord extends OutRecord {
  /** Values of which only a part is here: where the rest begins. */
  readonly shortened?: Readonly<Record<string, number>>;
}

/**
 * The record with no value, and no title, longer than `length` characters; the same object where nothing is cut.
 * `from` is what `skipIntoValues` has taken away before.
 */
export function shortenRecord(record: AnsweredRecord, length: number, from = 0): AnsweredRecord {
  const title = shortenTitle(record.title, length);
  const { values, shortened } = shortenValues(record.values, length, from);
  if (title === record.title && values === record.values) return record;
  return { ...record, title, values, ...(shortened && { shortened }) };
}

/** The record with every value beginning after its first `from` characters or items. */
export function skipIntoValues(record: AnsweredRecord, from: number): AnsweredRecord {
  return {
    ...record,
    values: Object.fromEntries(Object.entries(record.values).map(([name, value]) => [name, restOfValue(value, from)])),
  };
}

export function shortenTitle(title: string, length: number): string {
  return String(shortenValue(title, length).value);
}

/** `shortened` tells where the rest of each value begins. `values` is the same object where nothing is cut. */
function shortenValues(
  values: Values,
  length: number,
  from = 0,
): { values: Values; shortened: Record<string, number> | undefined } {
  const short: Record<string, unknown> = {};
  const shortened: Record<string, number> = {};
  let isSame = true;
  for (const [name, value] of Object.entries(values)) {
    const cut = shortenValue(value, length);
    short[name] = cut.value;
    if (cut.value !== value) isSame = false;
    if (cut.shown !== undefined) shortened[name] = from + cut.shown;
  }
  if (isSame) return { values, shortened: undefined };
  return { values: short, shortened: Object.keys(shortened).length > 0 ? shortened : undefined };
}
