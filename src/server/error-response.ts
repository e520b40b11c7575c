import { type GatehouseError, kernelErrors } from '../errors.ts';
import type { Call } from '../pipeline/call.ts';
import type { Refusal } from '../pipeline/gate.ts';
import type { PlainAnswer } from './plain-answer.ts';

/*
 * The one place that turns a GatehouseError into what goes over a wire: an HTTP status with headers, a JSON-RPC error,
 * or a tool's result. `detail` and `cause` never get here; of errors that only the operator can solve, neither do
 * the occurrence's own message and data.
 */

export type RequestId = string | number | null;

/** A JSON-RPC error object. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An HTTP answer: status, headers, and a body to be sent as JSON. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The JSON-RPC codes of the few errors that have one of their own; the rest go by status. */
const protocolCodes: Readonly<Record<string, number>> = {
  JSON_INVALID: -32700,
  UNKNOWN_METHOD: -32601,
  UNKNOWN_TOOL: -32602,
  UNKNOWN_PROMPT: -32602,
  RESOURCE_NOT_FOUND: -32602,
  INVALID_ARGUMENTS: -32602,
  INPUT_STATE_INVALID: -32602,
  HEADER_MISMATCH: -32020,
  PROTOCOL_SESSION_NOT_FOUND: -32001,
};

/**
 * The error as JSON-RPC has it; `data.code` is the stable code, `data.solve` what the caller can do about it, where that
 * is the caller's to do; `data.stage` is added on stdio.
 */
export function wireError(error: GatehouseError, extra: Readonly<Record<string, unknown>> = {}): WireError {
  return {
    code: protocolCodes[error.code] ?? codeByStatus(error.status),
    message: saidMessage(error),
    data: { code: error.code, ...solution(error), ...saidData(error), ...extra },
  };
}

function codeByStatus(status: number): number {
  if (status >= 500) return -32603;
  return status === 400 ? -32600 : -32000;
}

/**
 * A refusal as an HTTP answer of its own, with `headers` that go with it anyway. Every 401 carries a challenge
 * (RFC 9110, section 11.6.1): the error's own, one among `headers`, or a plain one.
 */
export function httpAnswer(error: GatehouseError, id: RequestId, headers: WireAnswer['headers'] = {}): WireAnswer {
  const challenge: Record<string, string> =
    error.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="gatehouse"' } : {};
  return {
    status: error.status,
    headers: { ...challenge, ...headers, ...error.headers },
    body: { jsonrpc: '2.0', id, error: wireError(error) },
  };
}

/**
 * A refusal inside an answer that is none of HTTP's business, as JSON: for `tools/call` a result that the model can
 * read, for the other methods, and where the protocol says so, a JSON-RPC error.
 */
export function inBandAnswer(input: {
  readonly refusal: Refusal;
  readonly call: Pick<Call, 'method' | 'era' | 'transport'>;
  readonly id: RequestId;
  readonly plainAnswer: PlainAnswer;
}): string {
  const { refusal, call, id, plainAnswer } = input;
  const { method, era } = call;
  if (refusal.as === 'tool' && method === 'tools/call')
    return plainAnswer({ method, era, id }, toolResult(refusal.error));
  return JSON.stringify({ jsonrpc: '2.0', id, error: refusalError(refusal, call) });
}

/** A refusal as a JSON-RPC error; on stdio, which has no status to tell by, it names the stage. */
export function refusalError({ error, stage }: Refusal, { transport }: Pick<Call, 'transport'>): WireError {
  return wireError(error, transport === 'stdio' ? { stage } : {});
}

/**
 * A refusal as a tool's result. Without `structuredContent`, which would have to fit the tool's output schema; programs
 * find the code in `_meta`.
 */
export function toolResult(error: GatehouseError): Record<string, unknown> {
  const data = saidData(error);
  const lines = [saidMessage(error)];
  if (error.audience === 'caller') lines.push(error.spec.solve);
  lines.push(`Code: ${error.code}`);
  if (Object.keys(data).length > 0) lines.push(JSON.stringify(data));
  return {
    _meta: { 'gatehouse/error': { code: error.code, ...data } },
    content: [{ type: 'text', text: lines.join('\n') }],
    isError: true,
  };
}

/** What was thrown by accident says nothing about itself. */
export function internalError(cause: unknown): GatehouseError {
  return kernelErrors.INTERNAL({ cause });
}

function saidMessage(error: GatehouseError): string {
  return error.audience === 'operator' ? error.spec.message : error.publicMessage;
}

function solution({ audience, spec }: GatehouseError): { solve?: string } {
  return audience === 'caller' ? { solve: spec.solve } : {};
}

function saidData(error: GatehouseError): Readonly<Record<string, unknown>> {
  if (error.audience === 'caller') return error.data ?? {};
  return typeof error.data?.callId === 'string' ? { callId: error.data.callId } : {};
}
