import { all, compare } from '../../store/condition.ts';
import type { Row, Store, WriteOperation } from '../../store/port.ts';
import { createDigest, type Digest, readTimeLimit, rowPages } from './row-pages.ts';

/** What the source was when it was copied, and how many of its rows were not in the target yet. */
export interface Copy {
  readonly read: Digest;
  readonly copied: number;
}

/**
 * Inserts the rows of a model that the target does not have, with their ids and versions, in order of the ids. Cut short
 * at any moment, the same again goes on where this one stopped. `onPage` is told how many rows are done.
 */
export async function copyModel(input: {
  source: Store;
  target: Store;
  model: string;
  onPage: (rows: number) => void;
}): Promise<Copy> {
  const { source, target, model, onPage } = input;
  const digest = createDigest();
  let [done, copied] = [0, 0];
  for await (const page of rowPages({ store: source, model })) {
    for (const row of page) digest.add(row);
    copied += await insertMissing({ target, model, rows: page.map(({ row }) => row) });
    done += page.length;
    onPage(done);
  }
  return { read: digest.digest(), copied };
}

/** `rows`: in order of their ids. Tells how many were missing. */
async function insertMissing(input: { target: Store; model: string; rows: readonly Row[] }): Promise<number> {
  const { target, model, rows } = input;
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return 0;
  const where = all(compare('id', '>=', first.id), compare('id', '<=', last.id));
  const present = await target.find({ model, where, fields: [], timeLimit: readTimeLimit });
  const there = new Set(present.map(({ id }) => id));
  const missing = rows.filter(({ id }) => !there.has(id));
  await target.write(
    missing.map((row): WriteOperation => ({ kind: 'insert', model, row, version: row.version })),
    { atomic: false },
  );
  return missing.length;
}
