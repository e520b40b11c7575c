import type { CallContext, OutRecord } from '../../src/index.ts';
import { shortenTitle } from './answer/answered-records.ts';
import { fitToRoom } from './answer/fit-to-room.ts';
import { cutNote } from './answer/room.ts';
import { takeTurns } from './take-turns.ts';

/** A result without values. */
interface Found {
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

export interface SearchEverywhereInput {
  readonly query: string;
  readonly limit: number;
  readonly offset: number;
  /** Characters for the results, in both renderings. */
  readonly room: number;
  readonly context: CallContext;
}

/**
 * Searches every model in which the caller may read a searchable field. The order is the same on every call: the
 * models take turns, by name, each with its next record in its own order, until none has any left; so a model with
 * many matches does not push out the others.
 */
export async function searchEverywhere({ query, limit, offset, room, context }: SearchEverywhereInput) {
  const search = (model: string, window: { offset: number; limit: number }) =>
    context.env.of(model).search({ query, fields: [], ...window });
  const models = searchableModels(context);
  const first = await Promise.all(models.map(model => search(model, { offset: 0, limit: offset === 0 ? limit : 1 })));
  const turns = takeTurns(
    first.map(({ total }) => total),
    { offset, limit },
  );
  const pages = await Promise.all(
    models.map(async (model, list) => {
      const ranks = turns.filter(turn => turn.list === list).map(({ rank }) => rank);
      const [from] = ranks;
      if (from === undefined) return new Map<number, Found>();
      const records =
        offset === 0 ? first[list]?.records : (await search(model, { offset: from, limit: ranks.length })).records;
      return new Map((records ?? []).map((record, index) => [from + index, withoutValues(record)]));
    }),
  );
  const inTurn = turns.flatMap(({ list, rank }) => pages[list]?.get(rank) ?? []);
  const { items: results } = fitToRoom({ items: inTurn, room, shorten: shortenFound });
  const total = first.reduce((sum, page) => sum + page.total, 0);
  const next = offset + results.length;
  return {
    results,
    total,
    ...(next < total && results.length > 0 && { nextOffset: next }),
    ...cutNote({
      isCut: results.length < inTurn.length,
      isShortened: false,
      rest: 'Search with nextOffset as offset returns the next records.',
    }),
  };
}

/** By name. */
function searchableModels({ policy, principal, env }: CallContext): string[] {
  return policy
    .models(principal)
    .filter(({ model, operations, fields }) => {
      if (!operations.has('read')) return false;
      return env.registry
        .get(model.name)
        ?.stored.fields.some(field => field.searchable && fields.get(field.name)?.read);
    })
    .map(({ model }) => model.name)
    .sort();
}

function withoutValues({ id, title, url }: OutRecord): Found {
  return { id, title, url };
}

function shortenFound(result: Found, length: number): Found {
  const title = shortenTitle(result.title, length);
  return title === result.title ? result : { ...result, title };
}
