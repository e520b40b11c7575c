import type { Trial } from '../../pipeline/try-call.ts';
import { visible } from '../print.ts';
import { attempt, refusalOf } from './attempt.ts';
import { type CallerName, findCaller } from './callers.ts';
import type { PolicyCase } from './case-file.ts';
import { recordsReached } from './explanation.ts';
import type { TrialHouse } from './trial-house.ts';

export type CaseResult = {
  readonly name: string;
  /** What is not as expected; empty: all is. */
  readonly faults: readonly CaseFault[];
  /** Guards that take no part in trials: what they would say is not known. */
  readonly notTried: readonly string[];
};

type CaseFault = { readonly what: string; readonly expected: string; readonly found: string };

/** Tries every case. Throws USER_UNKNOWN, GROUP_UNKNOWN, … for a caller that there is not. */
export async function runCases(house: TrialHouse, cases: readonly PolicyCase[]): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const given of cases) {
    const { tool, args, ip, at } = given;
    const found = await findCaller(house, callerName(given.as));
    const trial = await attempt(house, { caller: found, tool, args, ip, at: at === undefined ? at : Date.parse(at) });
    const notTried = trial.steps.filter(({ verdict }) => verdict === 'passed over').map(({ by }) => by);
    results.push({ name: given.name, faults: faultsIn({ house, given, trial }), notTried });
  }
  return results;
}

/** For people: a line a case, and under one that fails what was expected and what was found. */
export function resultsText(results: readonly CaseResult[]): string {
  const lines = results.flatMap(({ name, faults, notTried }) => [
    `${faults.length === 0 ? 'ok   ' : 'FAIL '} ${name}`,
    ...faults.flatMap(({ what, expected, found }) => [
      `        ${what}`,
      `          expected  ${expected}`,
      `          found     ${found}`,
    ]),
    ...(notTried.length > 0 ? [`        not tried: ${notTried.join(', ')}`] : []),
  ]);
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  lines.push('', `${results.length} cases, ${failed === 0 ? 'all as expected' : `${failed} failed`}`);
  return lines.map(line => visible(line)).join('\n');
}

function callerName({ key, user, groups = [], ...limits }: PolicyCase['as']): CallerName {
  if (key !== undefined) return { key };
  return user === undefined ? { groups, ...limits } : { user, ...limits };
}

function faultsIn({ house, given, trial }: { house: TrialHouse; given: PolicyCase; trial: Trial }): CaseFault[] {
  const { expect } = given;
  const faults: CaseFault[] = [];
  const compare = (what: string, expected: string, found: string) => {
    if (expected !== found) faults.push({ what, expected, found });
  };
  const refusal = refusalOf(trial);
  const said = refusal ? `denied at ${refusal.stage}, ${refusal.error.code}: ${refusal.error.message}` : 'allowed';
  const isExpected =
    expect.verdict === (refusal ? 'denied' : 'allowed') &&
    (expect.stage ?? refusal?.stage) === refusal?.stage &&
    (expect.code ?? refusal?.error.code) === refusal?.error.code;
  if (!isExpected) faults.push({ what: 'verdict', expected: verdictText(expect), found: said });

  const wasRun = trial.result !== undefined;
  if (expect.records !== undefined) {
    compare('records', String(expect.records), wasRun ? String(recordsReached(trial)) : 'the tool was not run');
  }
  if (expect.ids) {
    const ids = trial.call.reached.flatMap(reached => reached.ids);
    compare('ids', listText(expect.ids), wasRun ? listText(ids) : 'the tool was not run');
  }
  const stateOf = fieldStates(house, trial);
  const wanted = [
    [expect.visibleFields, 'visible'],
    [expect.maskedFields, 'masked'],
    [expect.hiddenFields, 'hidden'],
  ] as const;
  for (const [names = [], state] of wanted) for (const name of names) compare(`field ${name}`, state, stateOf(name));
  return faults;
}

/** How the caller sees a field of the first model that the call names. */
function fieldStates({ app }: TrialHouse, { call }: Trial): (name: string) => 'visible' | 'masked' | 'hidden' {
  const [touch] = call.touches;
  const fields = touch && call.principal && app.runtime.policy.of(call.principal, touch.model)?.fields;
  return name => {
    const access = fields?.get(name);
    if (access?.read) return 'visible';
    return access?.mask ? 'masked' : 'hidden';
  };
}

function verdictText({ verdict, stage, code }: PolicyCase['expect']): string {
  return `${verdict}${stage ? ` at ${stage}` : ''}${code ? `, ${code}` : ''}`;
}

function listText(ids: readonly string[]): string {
  return [...new Set(ids)].sort().join(', ') || 'none';
}
