import type { Guard, Runtime } from '../plugin/scope.ts';
import type { Call, Outcome } from './call.ts';
import type { InboundMessage, Refusal } from './gate.ts';
import { plainClient } from './plain-client.ts';
import type { StageName } from './stages.ts';
import { parseTraceparent } from './trace-context.ts';
import type { TraceScope } from './trace-scope.ts';

/** What the gate keeps about a call and shows nobody. */
export interface OpenCall extends Call {
  isRecheck?: boolean;
  startedAt: number;
  /** Where it is, once it is performed. */
  stage: StageName;
  /** How it ends, unless it fails. */
  success: Outcome;
  sealed: Promise<Refusal | undefined> | undefined;
  /** What waits for its entry. */
  readonly settling: { readonly stage: StageName; readonly settle: NonNullable<Guard['settle']> }[];
  /** ms spent in each stage that it came to. */
  readonly stageMs: Partial<Record<StageName, number>>;
}

const ok: Outcome = { kind: 'ok' };

const targets: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** A message as it comes in: nothing is known yet but what it says. */
export function openCall(message: InboundMessage, { runtime, traces }: { runtime: Runtime; traces: TraceScope }): Call {
  const named = message.params[targets[message.method] ?? ''];
  const call: OpenCall = {
    ...message,
    client: plainClient(message.client),
    id: runtime.newId(),
    receivedAt: runtime.now(),
    startedAt: runtime.ticks(),
    trace: traceOf(message) ?? traces.current(),
    stage: 'execute',
    success: ok,
    target: message.target ?? (typeof named === 'string' ? named : undefined),
    tool: undefined,
    arguments: {},
    touches: [],
    scope: undefined,
    principal: undefined,
    session: undefined,
    responseHeaders: {},
    reached: [],
    sealed: undefined,
    settling: [],
    stageMs: {},
  };
  return call;
}

/** What stands in the message is nearer to the caller than a header, which a proxy may have set. */
function traceOf({ params: { _meta: meta }, traceparent }: InboundMessage) {
  const told = typeof meta === 'object' && meta !== null && 'traceparent' in meta ? meta.traceparent : undefined;
  return parseTraceparent(told) ?? parseTraceparent(traceparent);
}
