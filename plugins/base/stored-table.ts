import { all, always, compare, equals, oneOf, type Row, type Store } from '../../src/index.ts';

/** The rows of a deciding model. */
export interface TableRows {
  /** By id. */
  rows(): ReadonlyMap<string, Row>;
  /** The rows whose field `by` has this value; '' for those where it has none. */
  of(value: string): readonly Row[];
}

/** All rows of a deciding model, held in memory, so that deciding costs no query. */
export interface StoredTable extends TableRows {
  /** The rows as they are now; they stay as they are. */
  current(): TableRows;
  /**
   * Brings the rows up to date and says whether any changed. Not to be called again before it has ended. Throws
   * STORE_UNAVAILABLE; the rows are as before then.
   */
  sync(): Promise<boolean>;
}

export interface StoredTableParts {
  readonly store: Store;
  readonly model: string;
  /** The text field that rows are asked for by. */
  readonly by?: string;
  /** Rows up to which every one is compared. Default 5,000. */
  readonly exactUpTo?: number;
}

/*
 * Up to `exactUpTo` rows, identities and versions of all are compared. Beyond, the database sums up the rows of each
 * value of `by`, and only those of the values whose sum differs are read again: a change among 100,000 rows must not
 * hold up calls, nor take long to apply.
 */

const pageSize = 5_000;

/** What tells one state of some rows from another. */
interface Sum {
  readonly count: number;
  /** Counted up by every change. */
  readonly versions: number;
  /** Moved by every insertion, so that one row in the place of another shows. */
  readonly latest: string;
}

type Buckets = ReadonlyMap<string, readonly Row[]>;

export function createStoredTable({ store, model, by, exactUpTo = 5_000 }: StoredTableParts): StoredTable {
  let rows: ReadonlyMap<string, Row> = new Map();
  let buckets: Buckets = new Map();

  const bucketOf = (row: Row): string => (by !== undefined && typeof row[by] === 'string' ? row[by] : '');

  function replace(next: ReadonlyMap<string, Row>, byValue: Buckets): true {
    rows = next;
    buckets = byValue;
    return true;
  }

  async function* pages(where = always, fields?: readonly string[]): AsyncGenerator<Row[]> {
    for (let last: string | undefined; ; ) {
      const after = compare('id', '>', last ?? '');
      const page: Row[] = await store.find({
        model,
        where: last === undefined ? where : all(where, after),
        limit: pageSize,
        ...(fields && { fields }),
      });
      yield page;
      if (page.length < pageSize) return;
      last = page.at(-1)?.id;
    }
  }

  async function load(): Promise<boolean> {
    const loaded: Row[] = [];
    for await (const page of pages()) loaded.push(...page);
    if (loaded.length === 0 && rows.size === 0) return false;
    return replace(new Map(loaded.map(row => [row.id, row])), Map.groupBy(loaded, bucketOf));
  }

  /** Exact: every row is compared. */
  async function compareRows(): Promise<boolean> {
    const next = new Map<string, Row>();
    const changed: string[] = [];
    for await (const page of pages(always, ['updatedAt'])) {
      for (const { id, version, updatedAt } of page) {
        const known = rows.get(id);
        if (known && known.version === version && known.updatedAt === updatedAt) next.set(id, known);
        else changed.push(id);
      }
    }
    if (changed.length === 0 && next.size === rows.size) return false;
    for (let start = 0; start < changed.length; start += 1_000) {
      const where = oneOf('id', changed.slice(start, start + 1_000));
      for (const row of await store.find({ model, where })) next.set(row.id, row);
    }
    return replace(next, Map.groupBy(next.values(), bucketOf));
  }

  async function compareSums(field: string): Promise<boolean> {
    const sums = await readSums(field);
    const names = new Set([...buckets.keys(), ...sums.keys()]);
    const changed = [...names].filter(name => !isEqual(sums.get(name), sumOf(buckets.get(name) ?? [])));
    if (changed.length === 0) return false;
    const next = new Map(rows);
    const byValue = new Map(buckets);
    for (const name of changed) {
      for (const { id } of buckets.get(name) ?? []) next.delete(id);
      byValue.delete(name);
    }
    for (const name of changed) {
      const found: Row[] = [];
      for await (const page of pages(equals(field, name || null))) found.push(...page);
      for (const row of found) next.set(row.id, row);
      if (found.length > 0) byValue.set(name, found);
    }
    return replace(next, byValue);
  }

  async function readSums(field: string): Promise<Map<string, Sum>> {
    const groups = await store.aggregate({
      model,
      where: always,
      groupBy: [{ field }],
      measures: [{ operator: 'count' }, { operator: 'sum', field: 'version' }, { operator: 'max', field: 'updatedAt' }],
    });
    return new Map(
      groups.map(({ keys, values: [count, versions, latest] }) => [
        String(keys[0] ?? ''),
        { count: Number(count), versions: Number(versions), latest: String(latest ?? '') },
      ]),
    );
  }

  return {
    rows: () => rows,
    of: name => buckets.get(name) ?? [],
    current() {
      const [rowsNow, bucketsNow] = [rows, buckets];
      return { rows: () => rowsNow, of: name => bucketsNow.get(name) ?? [] };
    },
    sync() {
      if (rows.size === 0) return load();
      return by !== undefined && rows.size > exactUpTo ? compareSums(by) : compareRows();
    },
  };
}

function sumOf(rows: readonly Row[]): Sum {
  let versions = 0;
  let latest = '';
  for (const { version, updatedAt } of rows) {
    versions += version;
    if (typeof updatedAt === 'string' && updatedAt > latest) latest = updatedAt;
  }
  return { count: rows.length, versions, latest };
}

function isEqual(one: Sum | undefined, other: Sum): boolean {
  const { count, versions, latest } = one ?? { count: 0, versions: 0, latest: '' };
  return count === other.count && versions === other.versions && latest === other.latest;
}
