import { type ConditionOf, oneOf } from '../condition.ts';
import { compileLocal, nothing } from './compile.ts';
import { type MongoModel, pathOf, type RowDocument, type Scope } from './database.ts';
import type { Compiled, Part } from './part.ts';
import { select } from './select.ts';

type Within = ConditionOf<'within'>;

interface WithinPart extends Part {
  readonly condition: Within;
}

/** How a walk goes on from the rows it has come to. */
interface Walk {
  readonly scope: Scope;
  readonly there: MongoModel;
  /** Rows outside this are not there. */
  readonly compiled: Compiled;
  readonly parent: string;
  readonly direction: 'child' | 'parent';
}

/**
 * A `within` as a list of ids: everything below or above the named records, found breadth first. Where only a few
 * rows matter, what is below is found from them upwards instead; where it is too much for a list, the server walks up
 * from every row.
 */
export async function compileWithin(part: WithinPart): Promise<Compiled> {
  const { scope, model, condition, candidates, prepare } = part;
  const there = scope.database.model(condition.model);
  const compiled = await prepare({ scope, model: there, condition: condition.where });
  const walk: Walk = {
    scope,
    there,
    compiled,
    parent: pathOf(there, condition.parent),
    direction: condition.direction,
  };
  const path = pathOf(model, condition.field);
  if (condition.ids.length === 0) return { filter: nothing, joins: [] };

  if (candidates && condition.direction === 'child') {
    const values = candidates.map(row => row[path]).filter(value => typeof value === 'string');
    const above = await reach({
      walk: { ...walk, direction: 'parent' },
      ids: values,
      atMost: Number.POSITIVE_INFINITY,
    });
    const hits = values.filter(value =>
      leadsTo({ value, ids: condition.ids, above: above ?? new Map(), parent: walk.parent }),
    );
    return { filter: compileLocal(model, oneOf(condition.field, [...new Set(hits)])), joins: [] };
  }
  // Above a few records there are never many. The server's own walk takes no joins in its restriction.
  const canWalk = compiled.joins.length === 0 && !model.mapped && !there.mapped;
  const isBounded = condition.direction === 'child' && canWalk;
  const atMost = isBounded ? scope.database.listLimit : Number.POSITIVE_INFINITY;
  const reached = await reach({ walk, ids: condition.ids, atMost });
  if (reached) return { filter: compileLocal(model, oneOf(condition.field, [...reached.keys()])), joins: [] };
  return walkOnServer({ ...part, there, compiled, startWith: path });
}

/** The rows that a walk comes to, by id; undefined: more than `atMost`. */
async function reach({
  walk: { scope, there, compiled, parent, direction },
  ids,
  atMost,
}: {
  walk: Walk;
  ids: readonly string[];
  atMost: number;
}): Promise<Map<string, RowDocument> | undefined> {
  const reached = new Map<string, RowDocument>();
  let next: readonly string[] = [...new Set(ids)];
  let field = 'id';
  while (next.length > 0) {
    const restrict = compileLocal(there, oneOf(field, next));
    const rows = await select({ scope, model: there, compiled, restrict, paths: ['_id', parent] });
    const fresh = rows.filter(row => !reached.has(row._id));
    for (const row of fresh) reached.set(row._id, row);
    if (reached.size > atMost) return undefined;
    field = direction === 'child' ? parent : 'id';
    next = direction === 'child' ? fresh.map(row => row._id) : parentsOf({ rows: fresh, parent, reached });
  }
  return reached;
}

function parentsOf({
  rows,
  parent,
  reached,
}: {
  rows: readonly RowDocument[];
  parent: string;
  reached: ReadonlyMap<string, RowDocument>;
}): string[] {
  const ids = rows.map(row => row[parent]).filter(id => typeof id === 'string' && !reached.has(id));
  return [...new Set(ids)] as string[];
}

function leadsTo({
  value,
  ids,
  above,
  parent,
}: {
  value: string;
  ids: readonly string[];
  above: ReadonlyMap<string, RowDocument>;
  parent: string;
}): boolean {
  const seen = new Set<string>();
  for (let at = above.get(value); at && !seen.has(at._id); at = above.get(String(at[parent]))) {
    if (ids.includes(at._id)) return true;
    seen.add(at._id);
  }
  return false;
}

function walkOnServer({
  path,
  condition,
  there,
  compiled,
  startWith,
}: WithinPart & { there: MongoModel; compiled: Compiled; startWith: string }): Compiled {
  const as = `_walk${path}`;
  return {
    filter: { [`${as}._id`]: { $in: condition.ids } },
    joins: [
      {
        $graphLookup: {
          from: there.collection.collectionName,
          startWith: `$${startWith}`,
          connectFromField: pathOf(there, condition.parent),
          connectToField: '_id',
          restrictSearchWithMatch: compiled.filter,
          as,
        },
      },
    ],
  };
}
