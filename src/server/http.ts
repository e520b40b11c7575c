import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Gate } from '../pipeline/gate.ts';
import type { Route, Runtime } from '../plugin/scope.ts';
import { trustedProxies } from './client-address.ts';
import { httpAnswer, internalError } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { replyError } from './http-reply.ts';
import { createLiveStreams } from './live-streams.ts';
import { createBinding, type ServerIdentity } from './mcp-binding.ts';
import { createMcpEndpoint } from './mcp-endpoint.ts';
import { createOriginGuard } from './origin-guard.ts';
import { createPlainAnswer } from './plain-answer.ts';
import { createProtocolSessions } from './protocol-sessions.ts';
import { createReadiness } from './readiness.ts';
import { createRoutes } from './routes.ts';
import { createSdkAnswer } from './sdk-answer.ts';

export interface HttpServerParts {
  readonly gate: Gate;
  readonly runtime: Runtime;
  /** What plugins serve beside `/mcp`. */
  readonly routes: readonly Route[];
  readonly identity: ServerIdentity;
  /** Calls back after users, groups, keys or policies have changed; returns how to stop. */
  readonly onPolicyChanged: (listener: () => void) => () => void;
}

export interface HttpServer {
  /** Resolves when connections are taken, with the address of the MCP endpoint on this machine. */
  listen(): Promise<{ url: string }>;
  /**
   * Takes no more connections, finishes the calls in flight (at most `server.shutdownTimeLimit`), then ends streams and
   * sessions. Callable again.
   */
  close(): Promise<void>;
}

/** ms between looks at sessions that are idle and at streams whose credential has run out. */
const sweepInterval = 30_000;

/**
 * Gatehouse over HTTP: `/mcp`, health, and the plugins' routes. `server.host` and `server.port` are taken when
 * `listen` is called; the Host and Origin rules come from the settings and the port that is really listened on.
 */
export function createHttpServer(parts: HttpServerParts): HttpServer {
  const { gate, runtime } = parts;
  const { server: settings, log } = runtime;
  const binding = createBinding({
    gate,
    identity: parts.identity,
    onError: error => log.debug({ reason: error.message }, 'protocol'),
  });
  const sessions = createProtocolSessions(runtime);
  const streams = createLiveStreams(gate);
  /**
   * Answers that are owed. Counted, not kept in a Set: the tables that a busy Set leaves behind hold on to what was in
   * them, and then every request outlives the collections of young garbage.
   */
  let owed = 0;
  /** Streams that nobody waits for the end of. */
  const standing = new WeakSet<ServerResponse>();
  let drained: (() => void) | undefined;
  let isStopping = false;

  function release(): void {
    owed -= 1;
    if (owed === 0) drained?.();
  }

  function stand(response: ServerResponse): void {
    // To a client that has gone nothing is owed any more; counted off twice, calls in flight would not be waited for.
    if (standing.has(response) || response.destroyed) return;
    standing.add(response);
    release();
  }

  const server: Server = createServer({
    // A client that sends slowly holds a connection, not more: it has this long for all of a request.
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 16_384,
  });
  server.maxHeadersCount = 100;

  function serve(port: number): void {
    const originGuard = createOriginGuard(settings, port);
    const isTrusted = trustedProxies(settings.trustedProxies);
    const endpoint = createMcpEndpoint({
      gate,
      sessions,
      settings,
      originGuard,
      isTrusted,
      plainAnswer: createPlainAnswer(parts.identity.serverInfo),
      sdkAnswer: createSdkAnswer({ gate, binding, sessions, streams, onStandingStream: stand }),
    });
    const checkReady = createReadiness({ runtime, isStopping: () => isStopping });
    const app = createRoutes({ gate, routes: parts.routes, runtime, log, originGuard, isTrusted, checkReady });

    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      owed += 1;
      response.once('close', () => {
        if (!standing.has(response)) release();
      });
      const isMcp = request.url === '/mcp' || request.url?.startsWith('/mcp?');
      if (!isMcp) app(request, response);
      else if (isStopping) {
        replyError(response, httpAnswer(serverErrors.STOPPING(), null, { Connection: 'close', 'Retry-After': '1' }));
      } else endpoint(request, response).catch(thrown => fail(request, response, thrown));
    });
  }

  /** What should not happen; mostly clients that hang up in the middle of a request. */
  function fail(request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
    if (request.destroyed && !request.complete) log.debug({ err: thrown }, 'client went away');
    else log.error({ err: thrown }, 'request failed');
    if (response.headersSent || response.destroyed) response.destroy();
    else replyError(response, httpAnswer(internalError(thrown), null, { Connection: 'close' }));
  }

  const sweep = () => {
    streams.recheck().catch(thrown => log.error({ err: thrown }, 'streams not checked'));
    sessions.sweep().catch(thrown => log.error({ err: thrown }, 'idle sessions not ended'));
  };
  let stopListening: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    isStopping = true;
    stopListening?.();
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    server.closeIdleConnections();
    if (owed > 0) {
      const finished = new Promise<void>(resolve => {
        drained = resolve;
      });
      await Promise.race([finished, setTimeout(settings.shutdownTimeLimit, undefined, { ref: false })]);
    }
    streams.endAll();
    await binding.close();
    for (const session of [...sessions.all()]) await sessions.end(session);
    server.closeAllConnections();
    await closed;
  }

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(settings.port, settings.host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      serve(port);
      const timer = setInterval(sweep, sweepInterval).unref();
      const unsubscribe = parts.onPolicyChanged(() => {
        streams.recheck().catch(thrown => log.error({ err: thrown }, 'streams not checked'));
        binding.listsChanged();
        for (const { channel } of sessions.all()) channel.listsChanged();
      });
      stopListening = () => {
        clearInterval(timer);
        unsubscribe();
      };
      const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
      return { url: `http://${host}:${port}/mcp` };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
