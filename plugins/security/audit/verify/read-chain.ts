import { all, type Condition, compare, equals, type Row, type Store } from '../../../../src/index.ts';

/** Rows of one page, and ms that one may take: a check of the log is slow work, and nobody waits for it in a call. */
const pageSize = 2_000;
export const timeLimit = 600_000;

const model = 'security.audit-entry';

/** All chains that have entries, in no order that means anything. */
export async function chainsIn(store: Store): Promise<string[]> {
  const chains: string[] = [];
  for (let after = ''; ; ) {
    // As the index has it, so that no chain is read whole for its first entry.
    const order = ['chain', 'sequence'].map(field => ({ field, descending: false }));
    const where = compare('chain', '>', after);
    const [next] = await store.find({ model, where, order, fields: ['chain'], limit: 1, timeLimit });
    if (!next) return chains;
    after = String(next.chain);
    chains.push(after);
  }
}

/** Entries of no chain, and those whose place is none. */
export async function strays(store: Store, chain: string | null): Promise<Row[]> {
  const places = chain === null ? [undefined] : [equals('sequence', null), compare('sequence', '<', 1)];
  const found: Row[] = [];
  for (const place of places) {
    const where = all(equals('chain', chain), ...(place ? [place] : []));
    found.push(...(await store.find({ model, where, limit: 100, timeLimit })));
  }
  return found;
}

/** Entries by place, page by page; while one is looked at, the next is read. */
export async function* entriesOf(input: {
  store: Store;
  chain: string;
  from: number;
  to: number | undefined;
}): AsyncGenerator<Row[]> {
  const { store, chain, to = Number.MAX_SAFE_INTEGER } = input;
  const order = [{ field: 'sequence', descending: false }];
  const page = (start: number) => {
    const end = Math.min(start + pageSize, to + 1);
    const where = all(equals('chain', chain), compare('sequence', '>=', start), compare('sequence', '<', end));
    // More than one entry in a place is a fault; a flood of them must not fill the memory.
    return store.find({ model, where, order, limit: 4 * pageSize, timeLimit });
  };
  const nextFrom = async (start: number) => {
    const where = all(equals('chain', chain), compare('sequence', '>=', start));
    const [next] = await store.find({ model, where, order, fields: ['sequence'], limit: 1, timeLimit });
    return next && Number(next.sequence) <= to ? Number(next.sequence) : undefined;
  };
  let start: number | undefined = input.from;
  let coming = page(start);
  while (start !== undefined) {
    const rows: Row[] = await coming;
    const after: number = start + pageSize;
    start = rows.length > 0 && after <= to ? after : await nextFrom(after);
    if (start !== undefined) {
      coming = page(start);
      // Whoever stops early leaves it behind.
      coming.catch(() => {});
    }
    if (rows.length > 0) yield rows;
  }
}

/** The places of a chain's entries in a period, and one more on either side: the first and last may have been moved out. */
export async function placesIn(input: {
  store: Store;
  chain: string;
  since: string | undefined;
  until: string | undefined;
}): Promise<{ from: number; to: number | undefined }> {
  const { store, chain, since, until } = input;
  const edge = async (where: Condition, descending: boolean) => {
    const order = [{ field: 'sequence', descending }];
    const [row] = await store.find({
      model,
      where: all(equals('chain', chain), where),
      order,
      fields: ['sequence'],
      limit: 1,
      timeLimit,
    });
    return row && Number(row.sequence);
  };
  const last = until === undefined ? undefined : await edge(compare('time', '<', until), true);
  const end = until === undefined ? undefined : (last ?? 0) + 1;
  if (since === undefined) return { from: 1, to: end };
  const first = await edge(compare('time', '>=', since), false);
  const newest = first === undefined ? await edge(compare('sequence', '>=', 1), true) : undefined;
  return { from: Math.max(1, (first ?? (newest ?? 0) + 1) - 1), to: end };
}
