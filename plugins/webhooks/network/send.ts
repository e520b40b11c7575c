import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../../../src/index.ts';
import { findTarget, hostOf, type Target, type TargetRules } from './target.ts';

/** Bytes of an answer that are taken in; then the connection is closed. */
const maxAnswer = 16_384;

/** What came of one attempt. Any status is an answer; redirects are not followed. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the attempt early. */
  readonly signal: AbortSignal;
}

/** Sends one message; never rejects. */
export type Send = (message: Message) => Promise<Answer>;

/**
 * Posts to checked targets alone. The name is looked up once, and the connection goes to the addresses that were
 * checked, whatever the name resolves to by then (DNS rebinding). Each attempt has a connection of its own, knows no
 * proxy, and takes `timeLimit` ms at most.
 */
export function createSend(parts: TargetRules & { readonly clock: Clock; readonly timeLimit: number }): Send {
  const { clock, timeLimit, ...rules } = parts;
  return async message => {
    const limit = new AbortController();
    const cancel = clock.after(timeLimit, () => limit.abort(`no answer within ${timeLimit / 1000} s`));
    const signal = AbortSignal.any([message.signal, limit.signal]);
    try {
      const found = await Promise.race([findTarget(message.url, rules), aborted(signal)]);
      if ('refused' in found) return failed(found.refused);
      return await post({ target: found.target, message, signal });
    } finally {
      cancel();
    }
  };
}

function post(input: { target: Target; message: Message; signal: AbortSignal }): Promise<Answer> {
  const { target, message, signal } = input;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = open({ target, message });
  const end = (answer: Answer) => {
    resolve(answer);
    request.destroy();
  };
  const abort = () => end(failed(String(signal.reason)));
  request.on('response', response => void read(response).then(end));
  request.on('error', error => end(failed(describe(error))));
  request.on('close', () => end(failed('the connection was closed without an answer')));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  else request.end(message.body);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

function open({ target, message }: { target: Target; message: Message }): ClientRequest {
  const { url, addresses } = target;
  const isSecure = url.protocol === 'https:';
  const host = hostOf(url);
  const options = {
    method: 'POST',
    host,
    port: url.port || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: { ...message.headers, 'content-length': Buffer.byteLength(message.body) },
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

async function read(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response) {
      pieces.push(piece);
      size += piece.length;
      if (size >= maxAnswer) break;
    }
  } catch {
    // What counts is the status, and that has come.
  }
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    body: Buffer.concat(pieces).subarray(0, maxAnswer).toString('utf8'),
    retryAfter: response.headers['retry-after'],
  };
}

function aborted(signal: AbortSignal): Promise<{ refused: string }> {
  return new Promise(resolve => {
    const abort = () => resolve({ refused: String(signal.reason) });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function failed(reason: string): Answer {
  return { kind: 'failed', reason };
}

function describe(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
