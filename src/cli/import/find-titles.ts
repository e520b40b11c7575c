import { hasCode } from '../../errors.ts';
import type { Environment, Records } from '../../model/environment.ts';
import type { Title } from './parse-cell.ts';

/** The id of a record by its title, or why there is none. */
export type FoundTitle = { readonly id: string } | { readonly fault: string };

/** How many titles are remembered at most, so that a large file needs no large memory. */
const remembered = 20_000;
/** Titles in one search. */
const together = 500;

/**
 * Finds records by their titles, many at a time, each title once. A title that several records have decides nothing:
 * it is a fault, as is one that no record has.
 */
export function createTitleFinder(env: Environment) {
  const known = new Map<string, FoundTitle>();
  const keyOf = ({ model, title }: Title) => `${model}/${title}`;

  return async function findTitles(titles: readonly Title[]): Promise<(title: Title) => FoundTitle> {
    if (known.size > remembered) known.clear();
    const wanted = new Map(titles.filter(title => !known.has(keyOf(title))).map(title => [keyOf(title), title]));
    for (const [model, named] of Map.groupBy(wanted.values(), title => title.model)) {
      for (let from = 0; from < named.length; from += together) {
        const some = named.slice(from, from + together);
        const found = await search({ env, model, titles: some.map(({ title }) => title) });
        for (const title of some) known.set(keyOf(title), decide(title, found.get(title.title)));
      }
    }
    return title => known.get(keyOf(title)) ?? decide(title, undefined);
  };
}

/** The model's records, where the user may reach any; its titles are unknown to others. */
function reachable(env: Environment, model: string): Records | undefined {
  try {
    return env.of(model);
  } catch (thrown) {
    if (hasCode(thrown, 'MODEL_NOT_AVAILABLE')) return undefined;
    throw thrown;
  }
}

function decide({ model }: Title, ids: readonly string[] = []): FoundTitle {
  const [only, another] = ids;
  if (another !== undefined) return { fault: `Several records of ${model} have this title: use the id.` };
  return only === undefined ? { fault: `No record of ${model} has this title or id.` } : { id: only };
}

async function search(input: {
  env: Environment;
  model: string;
  titles: readonly string[];
}): Promise<Map<string, string[]>> {
  const { env, model, titles } = input;
  const found = new Map<string, string[]>();
  const registered = env.registry.get(model);
  const field = registered?.titleField === undefined ? undefined : registered.fields.get(registered.titleField);
  if (!registered?.titleField || (field?.kind !== 'char' && field?.kind !== 'text')) return found;
  const records = reachable(env, model);
  if (!records) return found;
  const answer = await records.search({ domain: [[registered.titleField, 'in', titles]], fields: [] });
  const isWhole = answer.total === answer.records.length;
  const pages = isWhole
    ? [answer]
    : // More than one search gives back: title by title, two of each, which is enough to know.
      await Promise.all(
        titles.map(title => records.search({ domain: [[registered.titleField, '=', title]], fields: [], limit: 2 })),
      );
  for (const { id, title } of pages.flatMap(page => page.records)) found.set(title, [...(found.get(title) ?? []), id]);
  return found;
}
