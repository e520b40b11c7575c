import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';
import { findTarget, hostnameOf, type Target, type TargetRules } from './target.ts';

/** What came of one attempt. Any status is an answer; redirects are not followed. */
export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
      /** False: the body goes on beyond what is taken in, or the connection was lost in the middle of it. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** One HTTP request to somewhere else. */
export interface OutboundMessage {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal;
}

/** Sends one message; never rejects. */
export type Send = (message: OutboundMessage) => Promise<OutboundAnswer>;

/** What may be called, and how long an answer is waited for. */
export interface SendParts extends TargetRules {
  readonly clock: Clock;
  /** ms from looking up the name to the end of the answer. */
  readonly timeLimit: number;
  /** Bytes of an answer that are taken in; then the connection is closed. */
  readonly maxAnswer: number;
}

/**
 * Calls checked targets alone. The name is looked up once, and the connection goes to the addresses that were checked,
 * whatever the name resolves to by then (DNS rebinding). Each attempt has a connection of its own and knows no proxy.
 */
export function createSend(parts: SendParts): Send {
  const { clock, timeLimit, maxAnswer, ...rules } = parts;
  return async message => {
    const limit = new AbortController();
    const cancel = clock.after(timeLimit, () => limit.abort(`no answer within ${timeLimit / 1000} s`));
    const signal = AbortSignal.any([limit.signal, ...(message.signal ? [message.signal] : [])]);
    try {
      const found = await Promise.race([findTarget(message.url, rules), aborted(signal)]);
      if ('refused' in found) return failed(found.refused);
      return await exchange({ target: found.target, message, signal, maxAnswer });
    } finally {
      cancel();
    }
  };
}

function exchange(input: {
  target: Target;
  message: OutboundMessage;
  signal: AbortSignal;
  maxAnswer: number;
}): Promise<OutboundAnswer> {
  const { target, message, signal, maxAnswer } = input;
  const { promise, resolve } = Promise.withResolvers<OutboundAnswer>();
  const request = open({ target, message });
  const end = (answer: OutboundAnswer) => {
    resolve(answer);
    request.destroy();
  };
  const abort = () => end(failed(String(signal.reason)));
  let isAnswered = false;
  request.on('response', response => {
    isAnswered = true;
    void read(response, maxAnswer).then(end);
  });
  request.on('error', error => isAnswered || end(failed(describe(error))));
  request.on('close', () => isAnswered || end(failed('the connection was closed without an answer')));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  else request.end(message.body);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

function open({ target, message }: { target: Target; message: OutboundMessage }): ClientRequest {
  const { url, addresses } = target;
  const isSecure = url.protocol === 'https:';
  const host = hostnameOf(url);
  const options = {
    method: message.method,
    host,
    port: url.port || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: {
      ...message.headers,
      ...(message.body !== undefined && { 'content-length': Buffer.byteLength(message.body) }),
    },
    lookup: knownAddresses(addresses),
  };
  // Agents of their own: the shared ones may have been given a proxy by the environment.
  if (!isSecure) return httpRequest({ ...options, agent: new HttpAgent({ keepAlive: false }) });
  const agent = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 });
  return httpsRequest({ ...options, agent, ...(!isIP(host) && { servername: host }) });
}

/** Stands in for the look-up of names when connecting. */
function knownAddresses(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map(address => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error('no address'), '');
  };
}

async function read(response: IncomingMessage, maxAnswer: number): Promise<OutboundAnswer> {
  const pieces: Buffer[] = [];
  let size = 0;
  let isWhole = true;
  try {
    for await (const piece of response) {
      pieces.push(piece);
      size += piece.length;
      isWhole = size <= maxAnswer;
      if (!isWhole) break;
    }
  } catch {
    // The status has come, and may be all that counts.
    isWhole = false;
  }
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(pieces).subarray(0, maxAnswer),
    isWhole,
  };
}

function aborted(signal: AbortSignal): Promise<{ refused: string }> {
  return new Promise(resolve => {
    const abort = () => resolve({ refused: String(signal.reason) });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function failed(reason: string): OutboundAnswer {
  return { kind: 'failed', reason };
}

function describe(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
