import { all, any, type Condition, compare, isoTime, type Row, type Store } from '../../../src/index.ts';
import { timeCondition } from './entry-filter.ts';
import { timeLimit } from './verify/read-chain.ts';

const model = 'security.audit-entry';
const pageSize = 1_000;
/** ms that the first page may span. */
const firstSpan = 3_600_000;

/**
 * Entries in the order of their time, page by page; while one is looked at, the next is read. Each page is asked for
 * within a span of time that holds about as many entries: some databases sort all that is left before they give a page.
 */
export async function* entriesByTime(input: { store: Store; where: Condition }): AsyncGenerator<Row[]> {
  const { store, where } = input;
  const page = ({ from, to, last }: Window) => {
    const rest = all(
      where,
      timeCondition('>=', isoTime(from)),
      timeCondition('<', isoTime(to)),
      ...(last ? [after(last)] : []),
    );
    return store.find({ model, where: rest, order: byTime(false), limit: pageSize, timeLimit });
  };
  const ends = await endsOf(input);
  if (!ends) return;
  let window: Window | undefined = { from: ends.first, to: Math.min(ends.first + firstSpan, ends.last + 1) };
  let coming = page(window);
  while (window) {
    const rows = await coming;
    window = nextWindow(window, rows, ends.last + 1);
    if (window) {
      coming = page(window);
      // Whoever stops early leaves it behind.
      coming.catch(() => {});
    }
    if (rows.length > 0) yield rows;
  }
}

/** In ms since the epoch, from `from` up to before `to`, and after the entry `last` where a page has ended in it. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly last?: Row;
}

function nextWindow({ from, to }: Window, rows: readonly Row[], end: number): Window | undefined {
  const span = to - from;
  const last = rows.at(-1);
  if (last && rows.length === pageSize) {
    const reached = Math.max(from, moment(last) ?? from);
    return { from: reached, to: Math.min(reached + Math.max(1, Math.floor(span / 2)), end), last };
  }
  if (to >= end) return undefined;
  return { from: to, to: Math.min(to + (rows.length < pageSize / 2 ? span * 2 : span), end) };
}

async function endsOf(input: { store: Store; where: Condition }): Promise<{ first: number; last: number } | undefined> {
  const { store, where } = input;
  const end = async (descending: boolean) =>
    (await store.find({ model, where, order: byTime(descending), fields: ['time'], limit: 1, timeLimit }))[0];
  const [first, last] = await Promise.all([end(false), end(true)]);
  // A time that is none was put there by somebody; the others are found all the same.
  return first && last && { first: moment(first) ?? 0, last: moment(last) ?? latest };
}

const latest = Date.parse('9999-12-31T23:59:59.998Z');

function moment(row: Row): number | undefined {
  const time = Date.parse(String(row.time));
  return time >= 0 && time <= latest ? time : undefined;
}

function byTime(descending: boolean) {
  return [{ field: 'time', descending }];
}

function after(last: Row): Condition {
  return any(timeCondition('>', String(last.time)), compare('id', '>', last.id));
}
