import { GatehouseError, kernelErrors } from '../errors.ts';
import type { Principal } from '../model/principal.ts';
import type { Guard, Runtime } from '../plugin/scope.ts';
import type { Catalog } from '../tool/catalog.ts';
import type { ToolResult } from '../tool/define-tool.ts';
import type { Call, CallContext } from './call.ts';
import { keepAnswer } from './keep-answer.ts';
import { recognise } from './recognise.ts';
import { type StageName, stageNames } from './stages.ts';
import { usableTool } from './usable-tool.ts';

/*
 * A trial: what would become of a call, decided by the guards and the environment that decide calls, with nothing
 * counted, kept or written down. A guard or a tool takes part where it says that it can; the others are passed over.
 */

/** Whom a trial is for: somebody known already, or a credential that a guard of `authenticate` knows by this name. */
export type TrialCaller = { readonly principal: Principal } | { readonly claim: string };

/** What one guard, or the tool itself, said. */
export interface TrialStep {
  readonly stage: StageName;
  /** The guard's name. */
  readonly by: string;
  /** `passed over`: it takes no part in trials, so what it would say is not known. */
  readonly verdict: 'allowed' | 'denied' | 'passed over';
  /** Why it was denied. */
  readonly error?: GatehouseError;
}

/** What became of a trial. */
export interface Trial {
  /** As far as it came; with its principal where that is known. */
  readonly call: Call;
  /** Up to the first that denied it. */
  readonly steps: readonly TrialStep[];
  /** What the tool answered, where it was run. */
  readonly result: ToolResult | undefined;
}

export interface TrialParts {
  /** With the time at which the call is supposed to come. */
  readonly runtime: Runtime;
  readonly catalog: Catalog;
  readonly guards: ReadonlyMap<StageName, readonly Guard[]>;
  contextOf(call: Call, options: object): CallContext;
}

/** Tries a received call. Throws what is no refusal, such as STORE_UNAVAILABLE. */
export async function tryCall(parts: TrialParts, input: { call: Call; caller: TrialCaller }): Promise<Trial> {
  const { call, caller } = input;
  const { catalog, guards } = parts;
  const runtime: Runtime = { ...parts.runtime, emit() {} };
  const claim = 'claim' in caller ? caller.claim : undefined;
  const steps: TrialStep[] = [];
  let result: ToolResult | undefined;

  /** False where it was denied. */
  async function step(stage: StageName, by: string, decide: () => unknown): Promise<boolean> {
    try {
      keepAnswer(call, stage, await decide());
      steps.push({ stage, by, verdict: 'allowed' });
      return true;
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      steps.push({ stage, by, verdict: 'denied', error: thrown });
      return false;
    }
  }

  async function ask(stage: StageName, { name, check, trial }: Guard): Promise<boolean> {
    if (trial === 'check') return step(stage, name, () => check(call, runtime, result));
    if (trial) return step(stage, name, () => trial(call, runtime, claim));
    steps.push({ stage, by: name, verdict: 'passed over' });
    return true;
  }

  async function pass(stage: StageName): Promise<boolean> {
    for (const guard of guards.get(stage) ?? []) {
      // A second one is not asked: it would be told a name that is not its own.
      if (stage === 'authenticate' && call.principal) break;
      if (!(await ask(stage, guard))) return false;
    }
    return true;
  }

  async function execute(): Promise<boolean> {
    const { tool } = call;
    if (!tool?.trial) {
      steps.push({ stage: 'execute', by: tool?.name ?? call.method, verdict: 'passed over' });
      return true;
    }
    const context = parts.contextOf(call, {});
    const args = tool.trial(call.arguments);
    return step('execute', tool.name, async () => {
      result = await usableTool(tool, context).run(args, context);
    });
  }

  for (const name of stageNames) {
    if (name === 'audit') break;
    if (name === 'authenticate' && 'principal' in caller) {
      call.principal = caller.principal;
      steps.push({ stage: name, by: caller.principal.credential.kind, verdict: 'allowed' });
      continue;
    }
    if (name === 'scope' && !(await step(name, 'arguments', () => recognise(call, catalog)))) break;
    if (name === 'execute' && !(await execute())) break;
    if (name === 'redact' && !result) break;
    if (!(await pass(name))) break;
    if (name === 'authenticate' && !call.principal) {
      steps.push({ stage: name, by: 'everyone', verdict: 'denied', error: kernelErrors.UNAUTHENTICATED() });
      break;
    }
  }
  return { call, steps, result };
}

/** What a caller would be told; the rest concerns whoever tries. */
function isRefusal(thrown: unknown): thrown is GatehouseError {
  return thrown instanceof GatehouseError && thrown.audience === 'caller' && thrown.status < 500;
}
