import {
  createMcpHandler,
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type ServerOptions,
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Gate, Refusal } from '../pipeline/gate.ts';
import { dialogueOf } from './dialogue.ts';
import { internalError, refusalError, toolResult, wireError } from './error-response.ts';
import type { Exchange } from './exchange.ts';
import { sessionEvents } from './session-events.ts';

/*
 * The MCP SDK and the gate. A message that needs the SDK is admitted by the gate first; the SDK then checks it by the
 * protocol's rules and gives it to a handler; every handler, the SDK's own included, is wrapped so that its result
 * leaves only after the call's audit entry is durable.
 *
 *   admitted Exchange → SDK transport → Server (one a request, or one a session) → gated handler → gate.perform
 *                                                                                → SDK's own     → gate.seal
 */

/** What carries messages to and from the SDK. */
export type WireTransport = Transport;
export type WireMessage = JSONRPCMessage;

/** What the server says about itself. */
export interface ServerIdentity {
  readonly serverInfo: { readonly name: string; readonly title?: string; readonly version: string };
  /** For the model: what this server is for. */
  readonly instructions: string;
  /** The protocol's extensions that are served, by id. */
  readonly extensions?: Readonly<Record<string, Record<string, unknown>>>;
}

export interface BindingParts {
  readonly gate: Gate;
  readonly identity: ServerIdentity;
  /** Told of what the SDK reports beside its answers. */
  readonly onError: (error: Error) => void;
}

/** One 2025-era session, with a server of its own. */
export interface SessionChannel {
  handle(input: { request: Request; body?: unknown; exchange?: Exchange }): Promise<Response>;
  /** Tells the client that what it can list may have changed. */
  listsChanged(): void;
  close(): Promise<void>;
}

export interface Binding {
  /** Answers one admitted message outside a session, with a server of its own. */
  serve(input: { request: Request; body: unknown; exchange: Exchange }): Promise<Response>;
  openSession(id: string): Promise<SessionChannel>;
  /** Serves one connection on stdio; `exchangeOf` finds what was admitted by the request's id. */
  serveStdio(input: {
    transport: Transport;
    exchangeOf: (id: string | number) => Exchange | undefined;
  }): Pick<SessionChannel, 'listsChanged' | 'close'>;
  /** Tells every subscription that what it can list may have changed. */
  listsChanged(): void;
  /** Ends everything that is open, sessions excepted. */
  close(): Promise<void>;
}

/** The methods that the gate answers. The SDK answers the rest: `initialize`, `server/discover`, `ping`, log levels. */
const performedMethods = [
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
] as const;

/** ms that a client is asked to wait before it takes up a stream that has broken. */
const retryInterval = 1000;

export function createBinding({ gate, identity, onError }: BindingParts): Binding {
  const exchanges = new WeakMap<Request, Exchange>();
  const ofRequest = (ctx: ServerContext) => (ctx.http?.req ? exchanges.get(ctx.http.req) : undefined);
  const createServer = (exchangeOf: ExchangeOf) => createGatedServer({ gate, identity, exchangeOf });
  // What one credential may have open is limited (`live-streams.ts`); a limit for all together would be for one to fill.
  const maxSubscriptions = Number.POSITIVE_INFINITY;
  const handler = createMcpHandler(() => createServer(ofRequest), { onerror: onError, maxSubscriptions });

  return {
    serve({ request, body, exchange }) {
      exchanges.set(request, exchange);
      return handler.fetch(request, { parsedBody: body });
    },
    async openSession(id) {
      const server = createServer(ofRequest);
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => id,
        eventStore: sessionEvents(),
        retryInterval,
      });
      server.onerror = onError;
      await server.connect(transport);
      return {
        handle({ request, body, exchange }) {
          if (exchange) exchanges.set(request, exchange);
          return transport.handleRequest(request, { parsedBody: body });
        },
        listsChanged: () => tellListsChanged(server, onError),
        close: () => server.close(),
      };
    },
    serveStdio({ transport, exchangeOf }) {
      let server: Server | undefined;
      function create(): Server {
        server = createServer(ctx => exchangeOf(ctx.mcpReq.id));
        return server;
      }
      const connection = serveStdio(create, { transport, onerror: onError });
      return { listsChanged: () => tellListsChanged(server, onError), close: () => connection.close() };
    },
    listsChanged() {
      handler.notify.toolsChanged();
      handler.notify.resourcesChanged();
    },
    close: () => handler.close(),
  };
}

type ExchangeOf = (ctx: ServerContext) => Exchange | undefined;
type ServerParts = { readonly gate: Gate; readonly identity: ServerIdentity; readonly exchangeOf: ExchangeOf };
type Handler = (request: never, ctx: ServerContext) => Promise<Record<string, unknown>>;

/** A server that answers nothing but admitted calls, and none before its audit entry is durable. */
function createGatedServer({ gate, identity, exchangeOf }: ServerParts): Server {
  class GatedServer extends Server {
    protected override _wrapHandler(...[method, handler]: Parameters<Server['_wrapHandler']>) {
      const inner = super._wrapHandler(method, handler);
      return async (...[request, ctx]: Parameters<typeof inner>) => {
        const exchange = exchangeOf(ctx);
        // Whatever was not admitted is not answered, whichever way it has come here.
        if (exchange?.call.method !== method) throw protocolError(wireError(internalError('not admitted')));
        exchange.entered = true;
        try {
          const result = await inner(request, ctx);
          await sealed(exchange, undefined);
          if (!exchange.isAsked || result.resultType === 'input_required') return result;
          // Before 2026-07-28 the SDK asks the client itself; here that has failed, though the client had said it can.
          exchange.isMute = true;
          return await inner(request, ctx);
        } catch (thrown) {
          await sealed(exchange, thrown);
          throw exchange.performed || thrown instanceof ProtocolError ? thrown : invalidParams(thrown);
        }
      };
    }
  }

  async function sealed(exchange: Exchange, thrown: unknown): Promise<void> {
    const reason = thrown instanceof Error ? thrown.message : 'failed';
    const unwritten = await gate.seal(
      exchange.call,
      thrown === undefined ? { kind: 'ok' } : { kind: 'error', code: 'PROTOCOL_ERROR', reason },
    );
    if (!unwritten) return;
    exchange.refusal = unwritten;
    throw protocolError(wireError(unwritten.error));
  }

  async function perform(ctx: ServerContext): Promise<Record<string, unknown>> {
    const exchange = exchangeOf(ctx);
    if (!exchange) throw protocolError(wireError(internalError('not admitted')));
    exchange.isAsked = false;
    const call = exchange.performed ? gate.receive(exchange.message) : exchange.call;
    const refused = exchange.performed ? await gate.admit(call) : undefined;
    exchange.performed = true;
    if (refused) return refusedResult(exchange, refused);
    const dialogue = dialogueOf({ ctx, declared: server.getClientCapabilities(), isMute: exchange.isMute });
    const performed = await gate.perform(call, { signal: ctx.mcpReq.signal, interaction: ctx, dialogue });
    exchange.isAsked = performed.ok && performed.result.resultType === 'input_required';
    return performed.ok ? performed.result : refusedResult(exchange, performed.refusal);
  }

  function refusedResult(exchange: Exchange, refusal: Refusal): Record<string, unknown> {
    exchange.refusal = refusal;
    if (refusal.as === 'tool' && exchange.call.method === 'tools/call') return toolResult(refusal.error);
    throw protocolError(refusalError(refusal, exchange.call));
  }

  const server = new GatedServer({ ...identity.serverInfo }, serverOptions(identity));
  const register = server.setRequestHandler.bind(server) as unknown as (method: string, handler: Handler) => void;
  for (const method of performedMethods) register(method, (_, ctx) => perform(ctx));
  return server;
}

function tellListsChanged(server: Server | undefined, onError: (error: Error) => void): void {
  server?.sendToolListChanged().catch(onError);
  server?.sendResourceListChanged().catch(onError);
}

function serverOptions(identity: ServerIdentity): ServerOptions {
  return {
    capabilities: {
      tools: { listChanged: true },
      resources: { listChanged: true },
      prompts: {},
      completions: {},
      logging: {},
      ...(identity.extensions && { extensions: { ...identity.extensions } as never }),
    },
    instructions: identity.instructions,
  };
}

function protocolError({ code, message, data }: ReturnType<typeof wireError>): ProtocolError {
  return new ProtocolError(code, message, data);
}

/** The SDK reports parameters that do not fit the method's schema as an internal error; they are the caller's. */
function invalidParams(thrown: unknown): ProtocolError {
  const message = thrown instanceof Error ? thrown.message : 'Invalid params';
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
