import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerSettings } from '../config/define-config.ts';
import { GatehouseError } from '../errors.ts';
import type { Call, Outcome } from '../pipeline/call.ts';
import type { Gate } from '../pipeline/gate.ts';
import { answerBatch, maxBatch } from './batch.ts';
import { httpAnswer, type RequestId } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { openExchange } from './exchange.ts';
import { replyEmpty, replyError, replyJson } from './http-reply.ts';
import {
  arrive,
  bodilessMessage,
  goneSignal,
  headerOf,
  messageOf,
  refuseEarly,
  replyRefusal,
  type Visit,
  type VisitParts,
} from './http-visit.ts';
import { batchElements, createInboundReader, type Inbound } from './mcp-inbound.ts';
import { notificationOutcome } from './notification-outcome.ts';
import { preflightHeaders } from './origin-guard.ts';
import { createParamHeaderCheck } from './param-headers.ts';
import { parsedJson, postedBytes } from './posted-json.ts';
import type { ProtocolSession, ProtocolSessions } from './protocol-sessions.ts';
import type { SdkAnswer } from './sdk-answer.ts';
import { sessionDenial } from './session-denial.ts';

/*
 * `/mcp`: one request in, one answer out, everything through the gate.
 *
 *   host, origin, size ── refused before the stages, and audited all the same
 *     → more than 64 KiB: gate.identify ── a stranger is refused before any of it is parsed
 *     → JSON ── gate.turnAway: counted in the rate of whoever sent it
 *     → gate.admit ── refused: an answer of its own
 *       → a plain request: gate.perform, one JSON object, no SDK
 *       → anything else: the SDK, in the session's own server or in one of its own
 */

export interface EndpointParts extends VisitParts {
  readonly gate: Gate;
  readonly sessions: ProtocolSessions;
  readonly settings: Pick<ServerSettings, 'maxBodyBytes'>;
  readonly sdkAnswer: SdkAnswer;
}

/** Bytes of a body that are parsed whoever sends it. A megabyte of JSON can take a tenth of a second: not for strangers. */
const readUnseen = 65_536;

/** Rejects only where the client has gone away. */
export function createMcpEndpoint(parts: EndpointParts) {
  const { gate, sessions, settings, plainAnswer, sdkAnswer } = parts;
  const checkParamHeaders = createParamHeaderCheck();
  const inboundMessage = createInboundReader();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = arrive(parts, request, response);
    if (visit.error) return refuseEarly(gate, visit, visit.error);
    // A credential in the URL is refused, and reported where it is a real one, whatever else is wrong with the request.
    if (visit.base.presented?.via === 'query' && (await refuseStranger(visit))) return;
    switch (request.method) {
      case 'POST':
        return post(visit);
      case 'GET':
        return getStream(visit);
      case 'DELETE':
        return endSession(visit);
      case 'OPTIONS':
        return replyEmpty(response, 204, { ...visit.cors, ...preflightHeaders });
      default:
        return refuseEarly(gate, visit, notAllowed());
    }
  }

  /** Whether the caller is nobody who is known; true: it is answered already. */
  async function refuseStranger(visit: Visit): Promise<boolean> {
    const call = gate.receive(bodilessMessage(visit, ''));
    const refusal = await gate.identify(call);
    if (refusal) replyRefusal(visit, { call, refusal, id: null });
    return refusal !== undefined;
  }

  async function post(visit: Visit): Promise<void> {
    const { request } = visit;
    const bytes = await postedBytes(request, settings.maxBodyBytes);
    if (bytes instanceof GatehouseError) return refuseEarly(gate, visit, bytes);
    if (bytes.length > readUnseen && (await refuseStranger(visit))) return;
    const parsed = parsedJson(bytes);
    if (parsed instanceof GatehouseError) return turnAway(visit, parsed);
    const { body } = parsed;
    const inbound = inboundMessage({ headers: request.headers, body });
    if (inbound.kind === 'batch') return batch(visit, inbound, body as unknown[]);

    const isOpening = inbound.era === 'legacy' && inbound.method === 'initialize' && inbound.kind === 'request';
    const newSession = isOpening && headerOf(request, 'mcp-session-id') === undefined ? sessions.newId() : undefined;
    const message = messageOf(
      visit,
      inbound.kind === 'response' ? { ...inbound, method: 'session/answer' } : inbound,
      newSession,
    );
    const call = gate.receive(message);
    const { id } = inbound;
    const refusal = await gate.admit(call);
    if (refusal) return replyRefusal(visit, { call, refusal, id });
    const session = inbound.era === 'legacy' ? sessionOf(visit, call) : undefined;
    if (session === 'unknown') return unknownSession(visit, call, id);
    const mismatch = checkParamHeaders(call, request.headers);
    if (mismatch) return deny(visit, call, { error: mismatch, id });
    if (inbound.isPlain && !needsConversation(call, session)) return perform(visit, inbound, call);
    const question = { exchange: openExchange(message, call), id, body };
    if (newSession !== undefined) return sdkAnswer.initialize(visit, question, newSession);
    if (session !== 'elsewhere') return sdkAnswer.serve(visit, question, session);
    return inbound.kind === 'notification'
      ? accept(visit, call, { status: 202, outcome: notificationOutcome(inbound.method) })
      : unknownSession(visit, call, id);
  }

  /** Reading it has cost something: that is told, and counted, to whoever sent it. */
  async function turnAway(visit: Visit, fault: GatehouseError): Promise<void> {
    const call = gate.receive({ ...bodilessMessage(visit, ''), fault });
    replyRefusal(visit, { call, refusal: await gate.turnAway(call), id: null });
  }

  async function perform(visit: Visit, inbound: Inbound, call: Call): Promise<void> {
    const performed = await gate.perform(call, { signal: goneSignal(visit.response) });
    if (!performed.ok) return replyRefusal(visit, { call, refusal: performed.refusal, id: inbound.id });
    const headers = { ...visit.cors, ...call.responseHeaders };
    replyJson(visit.response, 200, headers, plainAnswer(inbound, performed.result));
  }

  /** Which of the caller's sessions the request names; undefined: it names none. */
  function sessionOf({ request }: Visit, call: Call): ProtocolSession | 'elsewhere' | 'unknown' | undefined {
    const id = headerOf(request, 'mcp-session-id');
    if (id === undefined || !call.principal) return undefined;
    const found = sessions.lookup(id, call.principal);
    return found.kind === 'open' ? found.session : found.kind;
  }

  async function unknownSession(visit: Visit, call: Call, id: RequestId): Promise<void> {
    return deny(visit, call, { error: serverErrors.PROTOCOL_SESSION_NOT_FOUND(), id });
  }

  /** Answers an admitted call with an error of the transport. */
  async function deny(
    visit: Visit,
    call: Call,
    { error, id }: { error: GatehouseError; id: RequestId },
  ): Promise<void> {
    const unwritten = await gate.seal(call, sessionDenial(error));
    replyError(visit.response, httpAnswer(unwritten?.error ?? error, id, { ...visit.cors, ...call.responseHeaders }));
  }

  /** Answers what needs no more than having been taken, and `after` its entry. */
  async function accept(
    visit: Visit,
    call: Call,
    { status, outcome, after }: { status: 200 | 202; outcome: Outcome; after?: () => Promise<void> },
  ): Promise<void> {
    const refusal = await gate.seal(call, outcome);
    if (refusal) return replyRefusal(visit, { call, refusal, id: null });
    await after?.();
    replyEmpty(visit.response, status, { ...visit.cors, ...call.responseHeaders });
  }

  async function batch(visit: Visit, { protocolVersion }: Inbound, body: readonly unknown[]): Promise<void> {
    const version = headerOf(visit.request, 'mcp-protocol-version');
    const problem =
      version !== undefined && version !== '2025-03-26'
        ? 'Batches belong to revision 2025-03-26 alone.'
        : body.length > maxBatch && `A batch holds ${maxBatch} messages at most.`;
    if (problem) return turnAway(visit, serverErrors.MESSAGE_INVALID({ message: problem }));
    const answer = await answerBatch(
      {
        gate,
        messageOf: element => messageOf(visit, element),
        isKnownSession: call => sessionOf(visit, call) !== 'unknown',
        plainAnswer,
      },
      batchElements(body, protocolVersion),
    );
    const headers = { ...visit.cors, ...answer.headers };
    if (answer.json === undefined) replyEmpty(visit.response, answer.status, headers);
    else replyJson(visit.response, answer.status, headers, answer.json);
  }

  /** GET: the session's stream for what the server says by itself. */
  async function getStream(visit: Visit): Promise<void> {
    const found = await admitBodiless(visit, 'session/stream');
    if (found) await sdkAnswer.serve(visit, { exchange: found.exchange, id: null }, found.session);
  }

  /** DELETE: the client is done with the session. */
  async function endSession(visit: Visit): Promise<void> {
    const found = await admitBodiless(visit, 'session/end');
    if (!found) return;
    const after = () => sessions.end(found.session);
    await accept(visit, found.exchange.call, { status: 200, outcome: { kind: 'ok' }, after });
  }

  /** Admits a request that concerns a session as a whole; undefined: it is answered already. */
  async function admitBodiless(visit: Visit, method: string) {
    const message = bodilessMessage(visit, method);
    const call = gate.receive(message);
    const refusal = await gate.admit(call);
    if (refusal) {
      replyRefusal(visit, { call, refusal, id: null });
      return undefined;
    }
    const session = sessionOf(visit, call);
    if (session === undefined) await deny(visit, call, { error: notAllowed(), id: null });
    else if (typeof session === 'string') await unknownSession(visit, call, null);
    else return { exchange: openExchange(message, call), session };
    return undefined;
  }

  return handle;
}

/** Whether an admitted call goes to the SDK although its answer could be one JSON object. */
function needsConversation(
  { tool, arguments: args, era }: Call,
  session: ProtocolSession | string | undefined,
): boolean {
  if (typeof tool?.interactive !== 'function') return tool?.interactive === true;
  // Before 2026-07-28 a client can be asked within a session alone, and only where that session is.
  const canConverse = era === 'modern' || (session !== undefined && session !== 'elsewhere');
  return canConverse && tool.interactive(args);
}

function notAllowed(): GatehouseError {
  return serverErrors.METHOD_NOT_ALLOWED({ headers: { Allow: 'POST' } });
}
