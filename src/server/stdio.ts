import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { GatehouseError } from '../errors.ts';
import type { Gate, InboundMessage, Refusal } from '../pipeline/gate.ts';
import type { Runtime } from '../plugin/scope.ts';
import { inBandAnswer, type RequestId, refusalError, wireError } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { linesOf } from './line-reader.ts';
import { createLiveStreams } from './live-streams.ts';
import { createBinding, type ServerIdentity, type WireMessage, type WireTransport } from './mcp-binding.ts';
import { type Inbound, lineMessage } from './mcp-inbound.ts';
import { createPlainAnswer } from './plain-answer.ts';
import { parseStrictJson } from './strict-json.ts';

export interface StdioParts {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly identity: ServerIdentity;
  /** The API key that the process was given; empty: none. */
  readonly key: string;
  readonly input: Readable;
  /** Carries protocol and nothing else. */
  readonly output: Writable;
  readonly onPolicyChanged: (listener: () => void) => () => void;
}

export interface StdioConnection {
  /** Resolves when the client has gone, or the key is no longer good; with why, where it is not the client's wish. */
  readonly closed: Promise<GatehouseError | undefined>;
  close(): Promise<void>;
}

/**
 * Gatehouse on stdio: one client, one key, the same gate. The key is checked before anything is read (KEY_REFUSED), and
 * again with every message; when it is no longer good the connection ends. A refusal that would be an HTTP status
 * is a JSON-RPC error with `data.code` and `data.stage`.
 */
export async function serveStdio(parts: StdioParts): Promise<StdioConnection> {
  const { gate, runtime, output } = parts;
  const { log } = runtime;
  const onError = (error: Error) => log.debug({ reason: error.message }, 'protocol');
  const binding = createBinding({ gate, identity: parts.identity, onError });
  const plainAnswer = createPlainAnswer(parts.identity.serverInfo);
  const streams = createLiveStreams(gate);
  /** What the SDK has not answered yet, by request id. */
  const open = new Map<RequestId, Exchange>();
  let drained: (() => void) | undefined;
  /** What the client has called itself, and the revision it speaks, where it has said so once for all. */
  let known: Pick<Inbound, 'client' | 'protocolVersion'> = { client: { name: '', version: '' }, protocolVersion: '' };

  const opening = messageOf(undefined, 'session/start');
  if (parts.key === '') throw serverErrors.KEY_REFUSED({ message: 'GATEHOUSE_API_KEY is not set.' });
  const first = gate.receive(opening);
  const refused = (await gate.admit(first)) ?? (await gate.seal(first, { kind: 'ok' }));
  if (refused) throw keyRefused(refused.error);

  const transport: WireTransport = {
    async start() {},
    async send(message) {
      const id = 'method' in message ? undefined : message.id;
      if (id === undefined) return write(JSON.stringify(message));
      const unwritten = await sealUnentered(id, 'not a request of this revision');
      await write(JSON.stringify(unwritten ? { jsonrpc: '2.0', id, error: wireError(unwritten.error) } : message));
      forget(id);
    },
    async close() {
      transport.onclose?.();
    },
  };
  const connection = binding.serveStdio({ transport, exchangeOf: id => open.get(id) });
  let finish: (reason: GatehouseError | undefined) => void = () => {};
  const finished = new Promise<GatehouseError | undefined>(resolve => {
    finish = resolve;
  });
  if (first.principal) {
    streams.add({ message: opening, principal: first.principal, end: () => finish(serverErrors.KEY_REFUSED()) });
  }
  output.on('error', () => finish(undefined));
  const unsubscribe = parts.onPolicyChanged(() => {
    connection.listsChanged();
    streams.recheck().catch(thrown => log.error({ err: thrown }, 'key not checked'));
  });

  function messageOf(inbound: Inbound | undefined, method: string): InboundMessage {
    const said = inbound?.client.name ? inbound.client : known.client;
    return {
      transport: 'stdio',
      era: inbound?.era ?? 'legacy',
      protocolVersion: inbound?.protocolVersion || known.protocolVersion,
      method,
      params: inbound?.params ?? {},
      client: { ...said, userAgent: '', sessionId: undefined },
      address: 'stdio',
      presented: { secret: parts.key, via: 'environment' },
      traceparent: undefined,
    };
  }

  function write(line: string): Promise<void> {
    return new Promise(resolve => output.write(`${line}\n`, () => resolve()));
  }

  /** Writes down a request that no handler has seen. */
  async function sealUnentered(id: RequestId, reason: string): Promise<Refusal | undefined> {
    const exchange = open.get(id);
    if (!exchange || exchange.entered) return undefined;
    return gate.seal(exchange.call, { kind: 'error', code: 'PROTOCOL_ERROR', reason });
  }

  function forget(id: RequestId): void {
    open.delete(id);
    if (open.size === 0) drained?.();
  }

  /** A cancelled request is not answered any more. */
  async function cancel(id: unknown): Promise<void> {
    if (typeof id !== 'string' && typeof id !== 'number') return;
    await sealUnentered(id, 'cancelled');
    forget(id);
  }

  async function refuse(error: GatehouseError, id: RequestId, inbound?: Inbound): Promise<void> {
    const call = gate.receive(messageOf(inbound, inbound?.method ?? ''));
    const reason = error.publicMessage;
    const unwritten = await gate.seal(call, { kind: 'denied', stage: 'admit', code: error.code, reason });
    await write(
      JSON.stringify({ jsonrpc: '2.0', id, error: wireError(unwritten?.error ?? error, { stage: 'admit' }) }),
    );
  }

  async function take(line: Buffer | undefined): Promise<void> {
    if (line === undefined) return refuse(serverErrors.BODY_TOO_LARGE(), null);
    let body: unknown;
    try {
      body = parseStrictJson(line);
    } catch (thrown) {
      if (thrown instanceof GatehouseError) return refuse(thrown, null);
      throw thrown;
    }
    const inbound = lineMessage(body);
    if (inbound.kind === 'request') return request(inbound, body as WireMessage);
    if (inbound.kind === 'invalid') return refuse(serverErrors.MESSAGE_INVALID(), inbound.id, inbound);
    transport.onmessage?.(body as WireMessage);
    if (inbound.method === 'notifications/cancelled') await cancel(inbound.params.requestId);
  }

  async function request(inbound: Inbound, body: WireMessage): Promise<void> {
    const { id, method } = inbound;
    if (open.has(id)) {
      return refuse(serverErrors.MESSAGE_INVALID({ message: 'A request with this id is still running.' }), id, inbound);
    }
    if (method === 'initialize') known = inbound;
    const message = messageOf(inbound, method);
    const call = gate.receive(message);
    // A subscription is answered by the SDK alone, so its entry is written before it begins.
    const isSubscription = method === 'subscriptions/listen';
    const refusal = (await gate.admit(call)) ?? (isSubscription ? await gate.seal(call, { kind: 'ok' }) : undefined);
    if (!refusal) {
      open.set(id, openExchange(message, call));
      transport.onmessage?.(body);
    } else if (refusal.as === 'http') {
      await write(JSON.stringify({ jsonrpc: '2.0', id, error: refusalError(refusal, call) }));
    } else await write(inBandAnswer({ refusal, call, id, plainAnswer }));
  }

  async function readAll(): Promise<void> {
    for await (const line of linesOf(parts.input, runtime.server.maxBodyBytes)) await take(line);
    if (open.size === 0) return;
    const answered = new Promise<void>(resolve => {
      drained = resolve;
    });
    await Promise.race([answered, setTimeout(runtime.server.shutdownTimeLimit, undefined, { ref: false })]);
  }
  readAll().then(
    () => finish(undefined),
    thrown => {
      log.error({ err: thrown }, 'stdio failed');
      finish(undefined);
    },
  );

  async function end(reason: GatehouseError | undefined): Promise<GatehouseError | undefined> {
    unsubscribe();
    parts.input.destroy();
    await connection.close();
    await binding.close();
    return reason;
  }
  const closed = finished.then(end);
  return {
    closed,
    async close() {
      finish(undefined);
      await closed;
    },
  };
}

function keyRefused(error: GatehouseError): GatehouseError {
  if (error.status !== 401) return error;
  return serverErrors.KEY_REFUSED({ cause: error });
}
