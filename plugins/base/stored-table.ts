import { always, oneOf, type Row, type Store } from '../../src/index.ts';

/** All rows of a deciding model, held in memory, so that deciding costs no query. */
export interface StoredTable {
  /** By id. */
  rows(): ReadonlyMap<string, Row>;
  /**
   * Brings the rows up to date and says whether any changed. Reads identities and versions of all, page by page, and
   * the content of those alone that changed. Not to be called again before it has ended. Throws STORE_UNAVAILABLE;
   * the rows are as before then.
   */
  sync(): Promise<boolean>;
}

const pageSize = 5_000;
const chunkSize = 1_000;

export function createStoredTable({ store, model }: { store: Store; model: string }): StoredTable {
  let rows: ReadonlyMap<string, Row> = new Map();

  async function* pages(fields?: readonly string[]): AsyncGenerator<Row[]> {
    for (let last: string | undefined; ; ) {
      const page: Row[] = await store.find({
        model,
        where: last === undefined ? always : { kind: 'compare', field: 'id', operator: '>', value: last },
        limit: pageSize,
        ...(fields && { fields }),
      });
      yield page;
      if (page.length < pageSize) return;
      last = page.at(-1)?.id;
    }
  }

  async function load(): Promise<boolean> {
    const loaded = new Map<string, Row>();
    for await (const page of pages()) for (const row of page) loaded.set(row.id, row);
    rows = loaded;
    return loaded.size > 0;
  }

  async function update(): Promise<boolean> {
    const next = new Map<string, Row>();
    const changed: string[] = [];
    for await (const page of pages(['updatedAt'])) {
      for (const { id, version, updatedAt } of page) {
        const known = rows.get(id);
        if (known && known.version === version && known.updatedAt === updatedAt) next.set(id, known);
        else changed.push(id);
      }
    }
    for (let start = 0; start < changed.length; start += chunkSize) {
      const ids = changed.slice(start, start + chunkSize);
      for (const row of await store.find({ model, where: oneOf('id', ids) })) next.set(row.id, row);
    }
    const isChanged = changed.length > 0 || next.size !== rows.size;
    if (isChanged) rows = next;
    return isChanged;
  }

  return { rows: () => rows, sync: () => (rows.size === 0 ? load() : update()) };
}
