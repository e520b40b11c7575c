import { GatehouseError, kernelErrors } from '../errors.ts';
import type { AuditSink, Guard, Runtime } from '../plugin/scope.ts';
import type { Catalog } from '../tool/catalog.ts';
import type { ToolResult } from '../tool/define-tool.ts';
import type { Call, CallContext, Outcome } from './call.ts';
import { type ChallengeParameters, challenged } from './challenge.ts';
import type { Gate, Performed, PerformOptions, Refusal } from './gate.ts';
import { keepAnswer } from './keep-answer.ts';
import { createMethods } from './methods.ts';
import { type OpenCall, openCall } from './open-call.ts';
import { recognise } from './recognise.ts';
import { type StageName, stages } from './stages.ts';
import { createTraceScope, type TraceScope } from './trace-scope.ts';
import { usableTool } from './usable-tool.ts';

export interface GateParts {
  readonly runtime: Runtime;
  readonly catalog: Catalog;
  readonly guards: ReadonlyMap<StageName, readonly Guard[]>;
  readonly sinks: readonly AuditSink[];
  /** What goes with every challenge. Default: nothing more. */
  readonly challenge?: () => ChallengeParameters;
  /** What the log takes the trace of a call from. Default: one that no log knows. */
  readonly traces?: TraceScope;
  contextOf(call: Call, options: PerformOptions): CallContext;
}

/** The pipeline: `stages.ts` in motion. */
export function createGate(parts: GateParts): Gate {
  const { runtime, catalog, guards, sinks, challenge = () => ({}), traces = createTraceScope(), contextOf } = parts;
  const plan = stages.map(stage => ({ ...stage, guards: guards.get(stage.name) ?? [] }));
  const before = (name: StageName) =>
    plan.slice(
      0,
      plan.findIndex(stage => stage.name === name),
    );
  const guarding = before('execute');
  const rechecking = before('rate');
  const identifying = before('session');
  const turningAway = before('scope').filter(({ name }) => name !== 'session');
  const screening = before('authenticate');
  const redacting = guards.get('redact') ?? [];
  const methods = createMethods(catalog, runTool);

  async function pass(call: Call, through: typeof plan): Promise<Refusal | undefined> {
    let begun = runtime.ticks();
    for (const stage of through) {
      try {
        if (stage.name === 'scope') recognise(call, catalog);
        for (const guard of stage.guards) {
          const answer = guard.check(call, runtime);
          keepAnswer(call, stage.name, answer instanceof Promise ? await answer : answer);
          if (guard.settle) (call as OpenCall).settling.push({ stage: stage.name, settle: guard.settle });
        }
        if (stage.name === 'authenticate' && !call.principal) throw kernelErrors.UNAUTHENTICATED();
      } catch (thrown) {
        spent(call, stage.name, runtime.ticks() - begun);
        return refuse(call, stage.name, thrown);
      }
      const now = runtime.ticks();
      spent(call, stage.name, now - begun);
      begun = now;
    }
    return undefined;
  }

  async function perform(call: Call, options: PerformOptions = {}): Promise<Performed> {
    const method = methods.get(call.method);
    const begun = runtime.ticks();
    try {
      if (!method) throw kernelErrors.UNKNOWN_METHOD();
      const answer = method(call, contextOf(call, options));
      const result = answer instanceof Promise ? await answer : answer;
      // A tool's answer has passed them before it was rendered.
      if (call.reached.length > 0 && !call.tool) await redact(call);
      spent(call, 'execute', runtime.ticks() - begun);
      const refusal = await seal(call, result.isError === true ? toolFailure : (call as OpenCall).success);
      return refusal ? { ok: false, refusal } : { ok: true, result };
    } catch (thrown) {
      spent(call, 'execute', runtime.ticks() - begun);
      return { ok: false, refusal: await refuse(call, (call as OpenCall).stage, thrown) };
    }
  }

  async function runTool(call: Call, context: CallContext): Promise<ToolResult> {
    const tool = usableTool(call.tool, context);
    const result = await tool.run(call.arguments, context);
    if (result.note) (call as OpenCall).success = { kind: 'ok', note: result.note };
    await redact(call, result);
    return result;
  }

  async function redact(call: Call, result?: ToolResult): Promise<void> {
    (call as OpenCall).stage = 'redact';
    for (const guard of redacting) {
      const checked = guard.check(call, runtime, result);
      if (checked instanceof Promise) await checked;
    }
  }

  /** Writes down why a call is not carried out, and says what it becomes. */
  async function refuse(call: Call, stage: StageName, thrown: unknown): Promise<Refusal> {
    const refusal = asRefusal(call, stage, thrown);
    const { code } = refusal.error;
    const reason = thrown instanceof GatehouseError ? (thrown.detail ?? thrown.publicMessage) : String(thrown);
    const isDenial = stage !== 'execute' || deniedWhileExecuting.has(code);
    const unwritten = await seal(
      call,
      isDenial ? { kind: 'denied', stage, code, reason } : { kind: 'error', code, reason },
    );
    return unwritten ?? refusal;
  }

  function asRefusal(call: Call, stage: StageName, thrown: unknown): Refusal {
    if (!(thrown instanceof GatehouseError)) {
      runtime.log.error({ err: thrown, call: call.id, stage }, 'call failed');
      const error = kernelErrors.INTERNAL({ data: { callId: call.id }, cause: thrown });
      return { stage, error, as: stage === 'execute' ? 'tool' : 'http' };
    }
    if (protocolCodes.has(thrown.code)) return { stage, error: thrown, as: 'protocol' };
    const becomes = stages.find(({ name }) => name === stage)?.refusal;
    if (thrown.code === 'INVALID_ARGUMENTS' || becomes === 'tool') {
      const hides = call.method === 'resources/read' && stage !== 'execute' && stage !== 'redact';
      return hides
        ? { stage, error: kernelErrors.RESOURCE_NOT_FOUND({ data: { uri: call.target } }), as: 'protocol' }
        : { stage, error: thrown, as: 'tool' };
    }
    return { stage, error: challenged(thrown, challenge()), as: 'http' };
  }

  function seal(call: Call, outcome: Outcome): Promise<Refusal | undefined> {
    const open = call as OpenCall;
    open.sealed ??= record(open, outcome);
    return open.sealed;
  }

  async function record(call: OpenCall, outcome: Outcome): Promise<Refusal | undefined> {
    const sealing = runtime.ticks();
    const durationMs = sealing - call.startedAt;
    try {
      if (sinks.length === 0) throw kernelErrors.AUDIT_UNAVAILABLE({ detail: 'no plugin writes an audit log' });
      for (const sink of sinks) await sink.write({ call, outcome, reached: call.reached, durationMs });
    } catch (thrown) {
      runtime.log.error({ err: thrown, call: call.id }, 'audit entry not written');
      return { stage: 'audit', error: kernelErrors.AUDIT_UNAVAILABLE({ cause: thrown }), as: 'http' };
    }
    if (outcome.kind === 'denied') runtime.emit('call.denied', { call, outcome });
    spent(call, 'audit', runtime.ticks() - sealing);
    runtime.emit('call.finished', { call, outcome, durationMs, stageMs: call.stageMs });
    return call.settling.length > 0 ? settle(call) : undefined;
  }

  async function settle(call: OpenCall): Promise<Refusal | undefined> {
    for (const { stage, settle } of call.settling) {
      try {
        await settle(call, runtime);
      } catch (thrown) {
        runtime.log.error({ err: thrown, call: call.id, stage }, 'written down and not done');
        return asRefusal(call, stage, thrown);
      }
    }
    return undefined;
  }

  return {
    receive: message => openCall(message, { runtime, traces }),
    screen: call => traces.run(call.trace, () => pass(call, screening)),
    identify: call => traces.run(call.trace, () => pass(call, identifying)),
    turnAway: call =>
      traces.run(call.trace, async () => (await pass(call, turningAway)) ?? refuse(call, 'admit', call.fault)),
    admit: call => traces.run(call.trace, () => pass(call, guarding)),
    recheck(call) {
      (call as OpenCall).isRecheck = true;
      return traces.run(call.trace, () => pass(call, rechecking));
    },
    perform: (call, options) => traces.run(call.trace, () => perform(call, options)),
    seal: (call, outcome) => traces.run(call.trace, () => seal(call, outcome)),
  };
}

const toolFailure: Outcome = { kind: 'error', code: 'TOOL_FAILED', reason: 'the tool reported a failure' };
const protocolCodes: ReadonlySet<string> = new Set([
  'UNKNOWN_TOOL',
  'UNKNOWN_PROMPT',
  'UNKNOWN_METHOD',
  'RESOURCE_NOT_FOUND',
  'INPUT_STATE_INVALID',
]);
/** What the environment refuses because of rights; the rest of its refusals are errors of the call. */
const deniedWhileExecuting: ReadonlySet<string> = new Set([
  'UNKNOWN_TOOL',
  'MODEL_NOT_AVAILABLE',
  'OPERATION_NOT_ALLOWED',
  'FIELD_NOT_AVAILABLE',
  'RECORD_NOT_FOUND',
  'RESOURCE_NOT_FOUND',
  'RULE_VIOLATED',
  'CONFIRMATION_INVALID',
  'INPUT_STATE_INVALID',
]);

function spent(call: Call, stage: StageName, ms: number): void {
  (call as OpenCall).stageMs[stage] = ms;
}
