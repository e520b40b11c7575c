import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Call } from '../pipeline/call.ts';
import type { Gate, Refusal } from '../pipeline/gate.ts';
import type { RequestId } from './error-response.ts';
import { serverErrors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { isStream, replyWeb } from './http-reply.ts';
import { goneSignal, replyRefusal, type Visit } from './http-visit.ts';
import type { LiveStreams } from './live-streams.ts';
import type { Binding } from './mcp-binding.ts';
import { notificationOutcome } from './notification-outcome.ts';
import type { ProtocolSession, ProtocolSessions } from './protocol-sessions.ts';
import { sessionDenial } from './session-denial.ts';

export interface SdkAnswerParts {
  readonly gate: Gate;
  readonly binding: Binding;
  readonly sessions: ProtocolSessions;
  readonly streams: LiveStreams;
  /** Told that this answer is a stream that stays open, which nobody waits for when stopping. */
  readonly onStandingStream: (response: ServerResponse) => void;
}

/** An admitted message that the SDK is to answer. */
export interface SdkQuestion {
  readonly exchange: Exchange;
  readonly id: RequestId;
  readonly body?: unknown;
}

/** Answers admitted messages by the SDK; no answer is sent before its audit entry is durable. */
export interface SdkAnswer {
  /** In the session's own server, or in one of its own. */
  serve(visit: Visit, question: SdkQuestion, session: ProtocolSession | undefined): Promise<void>;
  /** Answers `initialize`; a successful one begins a session. */
  initialize(visit: Visit, question: SdkQuestion, sessionId: string): Promise<void>;
}

/** Asks for a stream that stays open until one side ends it. A request of a client that bears the name of ours has an id. */
function isStandingCall(method: string, id: RequestId): boolean {
  return method === 'subscriptions/listen' || (method === 'session/stream' && id === null);
}

export function createSdkAnswer(parts: SdkAnswerParts): SdkAnswer {
  const { gate, binding, sessions, streams } = parts;

  async function deliver(
    visit: Visit,
    question: SdkQuestion & { answer: Response; session?: ProtocolSession | undefined },
  ) {
    const { exchange, id, answer, session } = question;
    const { call } = exchange;
    // Handlers begin a few microtasks after the SDK has handed out its stream.
    if (!exchange.entered && isStream(answer)) await setImmediate();
    const isStanding = isStream(answer) && isStandingCall(call.method, id);
    // Taken before anything is waited for: of many that come at once, no two find the same place.
    const leave = isStanding && call.principal ? streams.takePlace(call.principal) : undefined;
    try {
      const isRefused = isStanding && leave === undefined;
      const refusal = exchange.entered
        ? exchange.refusal
        : await sealUnentered({ call, answer, isStanding, isRefused });
      const isTooLate = exchange.entered && isStream(answer);
      if (refusal?.as === 'http' && !isTooLate) {
        await answer.body?.cancel();
        return replyRefusal(visit, { call, refusal, id });
      }
      if (isStanding) parts.onStandingStream(visit.response);
      await send(visit, { exchange, answer, session });
    } finally {
      leave?.();
    }
  }

  /** What is a stream ends with the credential that it was opened by. */
  async function send(
    visit: Visit,
    input: { exchange: Exchange; answer: Response; session: ProtocolSession | undefined },
  ): Promise<void> {
    const { exchange, answer, session } = input;
    const { principal, responseHeaders } = exchange.call;
    const headers = { ...visit.cors, ...responseHeaders };
    if (!isStream(answer) || !principal) return replyWeb(visit.response, answer, headers);
    const remove = streams.add({ message: exchange.message, principal, end: () => visit.response.destroy() });
    if (session) session.streams += 1;
    try {
      await replyWeb(visit.response, answer, headers);
    } finally {
      remove();
      if (session) session.streams -= 1;
    }
  }

  /** No handler has seen the message: the SDK objects to it, or serves it without one. */
  async function sealUnentered(input: {
    call: Call;
    answer: Response;
    isStanding: boolean;
    isRefused: boolean;
  }): Promise<Refusal | undefined> {
    const { call, answer, isStanding, isRefused } = input;
    if (isRefused) {
      const error = serverErrors.STREAM_LIMIT();
      return (await gate.seal(call, sessionDenial(error))) ?? { stage: 'session', error, as: 'http' };
    }
    if (answer.status < 400 && isStanding) return gate.seal(call, { kind: 'ok' });
    if (answer.status < 400 && answer.body === null) return gate.seal(call, notificationOutcome(call.method));
    return gate.seal(call, { kind: 'error', code: 'PROTOCOL_ERROR', reason: `answered with HTTP ${answer.status}` });
  }

  return {
    async serve(visit, question, session) {
      const { exchange, body } = question;
      const request = sdkRequest(visit);
      const answer = session
        ? await session.channel.handle({ request, body, exchange })
        : await binding.serve({ request, body, exchange });
      return deliver(visit, { ...question, answer, session });
    },
    async initialize(visit, question, sessionId) {
      const { exchange, body } = question;
      const { principal } = exchange.call;
      const channel = await binding.openSession(sessionId);
      const answer = await channel.handle({ request: sdkRequest(visit), body, exchange });
      const session =
        principal && answer.ok
          ? await sessions.add({ id: sessionId, channel, client: exchange.message.client, principal })
          : undefined;
      if (!session) await channel.close();
      try {
        await deliver(visit, { ...question, answer });
      } finally {
        // Its id has left already, with the head of the stream in which the refusal came.
        if (session && exchange.refusal) await sessions.end(session);
      }
    },
  };
}

/** Headers that the SDK and the tools behind it have no need of. */
const withheld: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'cookie',
  'connection',
  'content-length',
  'transfer-encoding',
]);

/** The request as the SDK takes it: without its body, which is parsed already, its query and its credential. */
function sdkRequest({ request, response }: Visit): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !withheld.has(name)) headers.set(name, value);
  }
  const method = request.method ?? 'POST';
  return new Request('http://gatehouse.invalid/mcp', { method, headers, signal: goneSignal(response) });
}
