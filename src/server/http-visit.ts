import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatehouseError } from '../errors.ts';
import type { Call } from '../pipeline/call.ts';
import type { Gate, InboundMessage, Refusal } from '../pipeline/gate.ts';
import { clientAddress, type IsTrusted } from './client-address.ts';
import { httpAnswer, inBandAnswer, type RequestId } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { replyError, replyJson } from './http-reply.ts';
import type { Inbound } from './mcp-inbound.ts';
import type { OriginGuard } from './origin-guard.ts';
import type { PlainAnswer } from './plain-answer.ts';
import { presentedCredential } from './presented-credential.ts';
import type { ProtocolSessions } from './protocol-sessions.ts';

/** One HTTP request to `/mcp` on its way. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What is known before the body is read. */
  readonly base: Omit<InboundMessage, 'method' | 'params' | 'era' | 'protocolVersion'>;
  readonly cors: Readonly<Record<string, string>>;
  readonly plainAnswer: PlainAnswer;
  /** Why it is refused before its body is read. */
  readonly error: GatehouseError | undefined;
}

export interface VisitParts {
  readonly sessions: Pick<ProtocolSessions, 'clientOf' | 'isOurs'>;
  readonly originGuard: OriginGuard;
  readonly isTrusted: IsTrusted;
  readonly plainAnswer: PlainAnswer;
}

/** Headers that decide something: sent twice, another reader on the way may have believed the other one. */
const once: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'authorization',
  'x-api-key',
  'dpop',
  'content-type',
  'content-length',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
]);

/** Looks at everything but the body. */
export function arrive(parts: VisitParts, request: IncomingMessage, response: ServerResponse): Visit {
  const { headers, socket } = request;
  const { plainAnswer } = parts;
  const sessionId = headerOf(request, 'mcp-session-id');
  const client = sessionId === undefined ? undefined : parts.sessions.clientOf(sessionId);
  const base = {
    transport: 'http' as const,
    client: {
      name: client?.name ?? '',
      version: client?.version ?? '',
      userAgent: (headers['user-agent'] ?? '').slice(0, 200),
      sessionId: sessionId !== undefined && parts.sessions.isOurs(sessionId) ? sessionId : undefined,
    },
    address: clientAddress({
      socket: socket.remoteAddress,
      forwardedFor: headerOf(request, 'x-forwarded-for'),
      isTrusted: parts.isTrusted,
    }),
    traceparent: headerOf(request, 'traceparent')?.slice(0, 100),
    presented: undefined,
  };
  const repeated = repeatedHeader(request.rawHeaders);
  const error =
    repeated === undefined
      ? parts.originGuard.check(headers)
      : serverErrors.HEADER_REPEATED({ message: `The header ${repeated} was sent several times.` });
  const visit = { request, response, base, plainAnswer };
  if (error) return { ...visit, cors: {}, error };
  const cors = parts.originGuard.corsHeaders(headers);
  try {
    return {
      ...visit,
      base: { ...base, presented: presentedCredential({ headers, query: queryOf(request), method: request.method }) },
      cors,
      error,
    };
  } catch (thrown) {
    if (thrown instanceof GatehouseError) return { ...visit, cors, error: thrown };
    throw thrown;
  }
}

/** The message that a visit brings, as the gate takes it. */
export function messageOf({ base }: Visit, inbound: Inbound, sessionId = base.client.sessionId): InboundMessage {
  const { era, protocolVersion, method, params, fault } = inbound;
  const name = inbound.client.name || base.client.name;
  const version = inbound.client.version || base.client.version;
  return { ...base, client: { ...base.client, name, version, sessionId }, era, protocolVersion, method, params, fault };
}

/** A message that no body brings: the HTTP method itself is one, under a name of ours. */
export function bodilessMessage({ base, request }: Visit, method: string): InboundMessage {
  const protocolVersion = headerOf(request, 'mcp-protocol-version') ?? '';
  return { ...base, era: 'legacy', protocolVersion, method, params: {} };
}

/** Refuses what never becomes a message; it is written down like any call. */
export async function refuseEarly(gate: Gate, visit: Visit, error: GatehouseError): Promise<void> {
  const call = gate.receive(bodilessMessage(visit, ''));
  const reason = error.detail ?? error.publicMessage;
  const unwritten = await gate.seal(call, { kind: 'denied', stage: 'admit', code: error.code, reason });
  // What is left of the body is not read, so the connection cannot be used again.
  const close: Record<string, string> = visit.request.complete ? {} : { Connection: 'close' };
  replyError(visit.response, httpAnswer(unwritten?.error ?? error, null, { ...visit.cors, ...close }));
}

/** Answers a call that the gate has refused. */
export function replyRefusal(visit: Visit, input: { call: Call; refusal: Refusal; id: RequestId }): void {
  const { call, refusal, id } = input;
  const headers = { ...visit.cors, ...call.responseHeaders };
  if (refusal.as === 'http') replyError(visit.response, httpAnswer(refusal.error, id, headers));
  else replyJson(visit.response, 200, headers, inBandAnswer({ refusal, call, id, plainAnswer: visit.plainAnswer }));
}

/** Aborts when the client goes away before it has its answer; at once where it has gone already. */
export function goneSignal(response: ServerResponse): AbortSignal {
  if (response.destroyed) return AbortSignal.abort();
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** All of it: a question mark in a query is a character like others (RFC 3986, section 3.4). */
function queryOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!once.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
