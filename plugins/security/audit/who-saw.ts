import { all, any, type Condition, equals, not, oneOf, type Row, type Runtime } from '../../../src/index.ts';
import { disclosureOf, type Subject } from './disclosure.ts';
import { entriesByTime } from './entries-by-time.ts';
import { timeCondition } from './entry-filter.ts';
import { modelsLeadingTo } from './relation-shows.ts';

export interface WhoSaw {
  /** Entries in which the record was read or changed. */
  readonly seen: readonly Row[];
  /** Entries for which that cannot be excluded. */
  readonly possible: readonly { readonly entry: Row; readonly reasons: readonly string[] }[];
}

/** Every entry of a period in which a record was seen or may have been; the oldest first. */
export async function whoSaw(input: {
  runtime: Pick<Runtime, 'registry' | 'store'>;
  subject: Subject;
  since: string | undefined;
  until: string | undefined;
}): Promise<WhoSaw> {
  const { runtime, subject, since, until } = input;
  const judge = disclosureOf(subject, runtime.registry);
  const seen: Row[] = [];
  const possible: { entry: Row; reasons: readonly string[] }[] = [];
  const where = all(
    ...(since === undefined ? [] : [timeCondition('>=', since)]),
    ...(until === undefined ? [] : [timeCondition('<', until)]),
    mayTellOf(subject, runtime),
  );
  for await (const rows of entriesByTime({ store: runtime.store, where })) {
    for (const entry of rows) {
      const found = judge(entry);
      if (found === 'seen') seen.push(entry);
      else if (found) possible.push({ entry, reasons: found.possible });
    }
  }
  return { seen, possible };
}

/** Entries that name no model, or one from which nothing leads to the record, tell nothing of it. */
function mayTellOf({ model }: Subject, { registry }: Pick<Runtime, 'registry'>): Condition {
  const leading = modelsLeadingTo(model.name, registry);
  const others = registry.all().flatMap(({ name }) => (leading.has(name) ? [] : name));
  return all(not(equals('model', null)), any(not(equals('models', null)), not(oneOf('model', others))));
}
