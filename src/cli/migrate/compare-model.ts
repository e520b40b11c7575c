import { compareCodePoints } from '../../store/code-points.ts';
import type { Store } from '../../store/port.ts';
import { createDigest, type Digest, rowPages, type TextedRow } from './row-pages.ts';

/** `missing`: the target has no such row. `foreign`: the source has none. `altered`: they are not equal. */
export interface Difference {
  readonly id: string;
  readonly kind: 'missing' | 'foreign' | 'altered';
}

/** One model on both sides. */
export interface Comparison {
  readonly model: string;
  readonly source: Digest;
  readonly target: Digest;
  /** The first by id; undefined: both have the same rows. */
  readonly difference: Difference | undefined;
  /** The first by id of what no copy of the source could have. */
  readonly strange: Difference | undefined;
}

/** Reads a model in both stores at once, in order of the ids. `onRows` is told how many rows of the source are read. */
export async function compareModel(input: {
  source: Store;
  target: Store;
  model: string;
  onRows?: (rows: number) => void;
}): Promise<Comparison> {
  const { source, target, model, onRows } = input;
  const digests = { source: createDigest(), target: createDigest() };
  let difference: Difference | undefined;
  let strange: Difference | undefined;
  let rows = 0;
  for await (const pair of pairs({ source, target, model })) {
    if (pair.source) {
      digests.source.add(pair.source);
      rows += 1;
      onRows?.(rows);
    }
    if (pair.target) digests.target.add(pair.target);
    const found = differenceOf(pair);
    difference ??= found;
    if (found?.kind !== 'missing') strange ??= found;
  }
  return { model, source: digests.source.digest(), target: digests.target.digest(), difference, strange };
}

/** The rows of one id. */
interface Pair {
  readonly source: TextedRow | undefined;
  readonly target: TextedRow | undefined;
}

function differenceOf({ source, target }: Pair): Difference | undefined {
  if (source && target) return source.text === target.text ? undefined : { id: source.row.id, kind: 'altered' };
  if (source) return { id: source.row.id, kind: 'missing' };
  return target && { id: target.row.id, kind: 'foreign' };
}

async function* pairs(input: { source: Store; target: Store; model: string }): AsyncGenerator<Pair> {
  const { source, target, model } = input;
  const sourceRows = rows({ store: source, model });
  const targetRows = rows({ store: target, model });
  let [left, right] = [await next(sourceRows), await next(targetRows)];
  while (left || right) {
    const order = left && right ? compareCodePoints(left.row.id, right.row.id) : left ? -1 : 1;
    yield { source: order <= 0 ? left : undefined, target: order >= 0 ? right : undefined };
    if (order <= 0) left = await next(sourceRows);
    if (order >= 0) right = await next(targetRows);
  }
}

async function* rows(input: { store: Store; model: string }): AsyncGenerator<TextedRow> {
  for await (const page of rowPages(input)) yield* page;
}

async function next(iterator: AsyncGenerator<TextedRow>): Promise<TextedRow | undefined> {
  const result = await iterator.next();
  return result.done ? undefined : result.value;
}
