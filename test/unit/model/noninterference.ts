import type { Environment } from '../../../src/model/environment.ts';
import type { TestStore } from '../../support/stores.ts';
import { type Company, openCompany, type Rights } from './company.ts';

/** What a caller tries; everything that it gets to see of it counts. */
export interface Attempt {
  readonly name: string;
  run(env: Environment): Promise<unknown>;
}

/** An answer, or what was said instead. */
type Observed =
  | { readonly answer: unknown }
  | { readonly code: unknown; readonly message: unknown; readonly data: unknown };

/**
 * Runs the same attempts in two companies that differ only in what the caller may not see, and gives back what it saw
 * in each. If it is the same, there is nothing to find out.
 */
export async function observe(input: {
  rights: Rights;
  attempts: readonly Attempt[];
  /** A store for each company. */
  open: () => Promise<TestStore>;
  worlds: readonly [(company: Company) => Promise<void>, (company: Company) => Promise<void>];
}): Promise<{ name: string; seen: Observed[] }[]> {
  const { rights, attempts, worlds, open } = input;
  const companies: Company[] = [];
  try {
    const seen: Observed[][] = [];
    for (const world of worlds) {
      const company = await openCompany({ given: await open() });
      companies.push(company);
      await world(company);
      const env = company.as(rights);
      const own: Observed[] = [];
      for (const attempt of attempts) own.push(await observed(attempt, env));
      seen.push(own);
    }
    return attempts.map(({ name }, index) => ({ name, seen: seen.flatMap(own => own[index] ?? []) }));
  } finally {
    for (const company of companies) await company.close();
  }
}

async function observed(attempt: Attempt, env: Environment): Promise<Observed> {
  try {
    return { answer: await attempt.run(env) };
  } catch (thrown) {
    const error = thrown as { code?: unknown; publicMessage?: unknown; data?: unknown };
    return { code: error.code, message: error.publicMessage, data: error.data };
  }
}
