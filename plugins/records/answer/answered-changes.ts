import type { Change } from '../../../src/index.ts';
import { shortenTitle } from './answered-records.ts';
import { shortenValue } from './shorten-value.ts';

/** What a write does to one record, as `write` answers it. */
export interface AnsweredChange extends Change {
  /** Values are cut for length. */
  readonly isShortened?: true;
}

/** The change with no value longer than `length` characters; the same object where nothing is cut. */
export function shortenChange(change: AnsweredChange, length: number): AnsweredChange {
  const title = shortenTitle(change.title, length);
  let isSame = title === change.title;
  const changes = Object.fromEntries(
    Object.entries(change.changes).map(([name, { from, to }]) => {
      const short = { from: shortenValue(from, length).value, to: shortenValue(to, length).value };
      isSame &&= short.from === from && short.to === to;
      return [name, short];
    }),
  );
  return isSame ? change : { ...change, title, changes, isShortened: true };
}
