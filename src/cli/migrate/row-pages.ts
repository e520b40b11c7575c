import { createHash } from 'node:crypto';
import { canonicalJson } from '../../confirmation/canonical-json.ts';
import { always, type Condition, compare } from '../../store/condition.ts';
import type { Row, Store } from '../../store/port.ts';

/** A row with its canonical text, which two stores have in common when, and only when, the rows are equal. */
export interface TextedRow {
  readonly row: Row;
  readonly text: string;
}

export interface ModelIn {
  readonly store: Store;
  readonly model: string;
}

const firstPage = 100;
const longestPage = 1000;
/** Characters of text that a page is meant to have. */
const pageText = 2 ** 21;
/** ms. */
export const readTimeLimit = 60_000;

/**
 * All rows of a model by id, page by page: a page holds fewer rows where they are large, so that memory stays flat.
 */
export async function* rowPages({ store, model }: ModelIn): AsyncGenerator<readonly TextedRow[]> {
  let where: Condition = always;
  for (let limit = firstPage; ; ) {
    const rows = await store.find({ model, where, limit, timeLimit: readTimeLimit });
    const page = rows.map(row => ({ row, text: canonicalJson(row) }));
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < limit) return;
    where = compare('id', '>', last.row.id);
    const length = page.reduce((sum, { text }) => sum + text.length, 0);
    limit = Math.max(1, Math.min(longestPage, Math.floor((pageText / length) * page.length)));
  }
}

/** How many rows a model has, and the SHA-256 (hex) of their texts in order of their ids, a line each. */
export interface Digest {
  readonly rows: number;
  readonly sha256: string;
}

/** A digest that is made row by row. */
export function createDigest(): { add(row: TextedRow): void; digest(): Digest } {
  const hash = createHash('sha256');
  let rows = 0;
  return {
    add({ text }) {
      hash.update(text).update('\n');
      rows += 1;
    },
    digest: () => ({ rows, sha256: hash.digest('hex') }),
  };
}
