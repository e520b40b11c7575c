import { isoTime } from '../../clock.ts';
import { printDomain } from '../../model/domain-print.ts';
import type { AccessExplanation } from '../../model/explain-access.ts';
import type { Operation } from '../../model/principal.ts';
import { stages } from '../../pipeline/stages.ts';
import type { Trial } from '../../pipeline/try-call.ts';
import { all } from '../../store/condition.ts';
import type { Json } from '../../store/port.ts';
import { refusalOf } from './attempt.ts';
import { createOrigins, type EntryReport } from './origins.ts';
import type { TrialHouse } from './trial-house.ts';

/** What became of a trial, and why. */
export type Explanation = {
  readonly verdict: 'allowed' | 'denied';
  /** Of a denial: where, and by which guard. */
  readonly stage: string | null;
  readonly by: string | null;
  readonly code: string | null;
  /** What the caller would be told. */
  readonly message: string | null;
  /** What the log would say beyond that. */
  readonly reason: string | null;
  readonly tool: string;
  readonly arguments: Json;
  readonly address: string;
  readonly at: string;
  /** null: it was denied before the caller was known. */
  readonly caller: CallerReport | null;
  readonly stages: readonly StageReport[];
  /** Of every model and operation that the call names. */
  readonly access: readonly AccessReport[];
  /** How many records were reached; null: the tool was not run. */
  readonly records: number | null;
};

export type CallerReport = {
  readonly user: string;
  readonly groups: readonly string[];
  readonly credential: { readonly kind: string; readonly label: string };
  readonly scopes: readonly string[];
  readonly models: readonly string[] | null;
};

export type StageReport = {
  readonly stage: string;
  readonly verdict: 'allowed' | 'denied' | 'not reached' | 'nothing to ask';
  readonly guards: readonly { readonly by: string; readonly verdict: string }[];
};

export type AccessReport = {
  readonly model: string;
  readonly operation: string;
  readonly allowed: boolean;
  readonly exists: boolean;
  readonly opinions: readonly OpinionReport[];
  /** Odoo notation; null: not to be said in it. */
  readonly domain: Json;
  readonly rules: readonly EntryReport[];
  /** Fields that may not be read. `mask`: what is shown of them; null: nothing. */
  readonly hidden: readonly {
    readonly field: string;
    readonly mask: string | null;
    readonly because: readonly OpinionReport[];
  }[];
};

export type OpinionReport = {
  readonly by: string;
  readonly allows: boolean;
  readonly entries: readonly EntryReport[];
};

/** `at`: when the call was supposed to come, ms since the epoch. */
export function explain(input: { house: TrialHouse; trial: Trial; at: number }): Explanation {
  const { house, trial, at } = input;
  const { call } = trial;
  const refusal = refusalOf(trial);
  return {
    verdict: refusal ? 'denied' : 'allowed',
    stage: refusal?.stage ?? null,
    by: refusal?.by ?? null,
    code: refusal?.error.code ?? null,
    message: refusal?.error.publicMessage ?? null,
    reason: refusal?.error.detail ?? null,
    tool: call.target ?? '',
    arguments: call.params.arguments as Json,
    address: call.address,
    at: isoTime(at),
    caller: callerReport(trial),
    stages: stageReports(trial),
    access: accessReports(house, trial),
    records: trial.result ? recordsReached(trial) : null,
  };
}

/** The records that the answer speaks of: those on other pages, too. */
export function recordsReached({ call }: Trial): number {
  const [touch] = call.touches;
  return call.reached
    .filter(({ model, operation }) => !touch || (model === touch.model && operation === touch.operation))
    .reduce((sum, { count, matched }) => sum + (matched ?? count), 0);
}

function callerReport({ call: { principal } }: Trial): CallerReport | null {
  if (!principal) return null;
  const { user, groups, credential } = principal;
  return {
    user: user.login,
    groups: [...groups].sort(),
    credential: { kind: credential.kind, label: credential.label },
    scopes: [...credential.scopes],
    models: credential.models && [...credential.models],
  };
}

function stageReports({ steps }: Trial): StageReport[] {
  const end = steps.at(-1);
  const reached = end?.error ? stages.findIndex(({ name }) => name === end.stage) : stages.length;
  return stages
    .filter(({ name }) => name !== 'audit')
    .map(({ name }, index) => {
      const guards = steps.filter(({ stage }) => stage === name).map(({ by, verdict }) => ({ by, verdict }));
      return { stage: name, verdict: verdictOf(guards, index > reached), guards };
    });
}

function verdictOf(guards: readonly { verdict: string }[], isBeyond: boolean): StageReport['verdict'] {
  if (isBeyond) return 'not reached';
  if (guards.length === 0) return 'nothing to ask';
  return guards.some(({ verdict }) => verdict === 'denied') ? 'denied' : 'allowed';
}

function accessReports(house: TrialHouse, { call }: Trial): AccessReport[] {
  const { principal } = call;
  if (!principal) return [];
  const { policy, registry } = house.app.runtime;
  const report = createOrigins(house);
  const seen = new Set<string>();
  return call.touches.flatMap(({ model, operation }) => {
    if (seen.has(`${operation} ${model}`)) return [];
    seen.add(`${operation} ${model}`);
    const registered = registry.get(model);
    const explained = policy.explain(principal, model);
    if (!registered || !explained) return [unknownModel(model, operation)];
    const { allowed, opinions } = explained.operation(operation);
    const bound = recordsOf(explained, operation);
    const domain = printDomain({ condition: all(...bound.map(r => r.condition)), model: registered, registry });
    const described = (opinion: (typeof opinions)[number]) => ({ ...opinion, entries: opinion.entries.map(report) });
    return [
      {
        model,
        operation,
        allowed,
        exists: true,
        opinions: opinions.map(described),
        domain: (domain as Json | undefined) ?? null,
        rules: bound.flatMap(({ entries }) => entries.map(report)),
        hidden: explained.hiddenFields().map(field => ({
          field: field.name,
          mask: field.mask ?? null,
          because: field.opinions.map(described),
        })),
      },
    ];
  });
}

/** What is written or deleted has to be seen, too. */
function recordsOf(explained: AccessExplanation, operation: Operation) {
  return [...(operation === 'read' ? [] : explained.records('read')), ...explained.records(operation)];
}

function unknownModel(model: string, operation: Operation): AccessReport {
  return { model, operation, allowed: false, exists: false, opinions: [], domain: null, rules: [], hidden: [] };
}
