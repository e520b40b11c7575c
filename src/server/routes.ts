import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { GatehouseError, kernelErrors } from '../errors.ts';
import type { Gate, InboundMessage } from '../pipeline/gate.ts';
import type { Route, Runtime } from '../plugin/scope.ts';
import { clientAddress, type IsTrusted } from './client-address.ts';
import { httpAnswer, internalError } from './error-response.ts';
import { serverErrors } from './errors.ts';
import { replyEmpty, replyError, replyJson, securityHeaders } from './http-reply.ts';
import { headerOf } from './http-visit.ts';
import { type OriginGuard, preflightHeaders } from './origin-guard.ts';

/**
 * Everything beside `/mcp`: health, readiness, and what plugins add. Host, Origin and address are checked here as well. A route
 * finds the client's address in `response.locals.clientAddress`. Errors become JSON, never a stack.
 */
export function createRoutes(parts: {
  readonly gate: Gate;
  readonly routes: readonly Route[];
  readonly runtime: Runtime;
  readonly log: Logger;
  readonly originGuard: OriginGuard;
  readonly isTrusted: IsTrusted;
  /** Resolves when calls can be answered; rejects where they cannot. */
  readonly checkReady: () => Promise<void>;
}): Express {
  const { gate, routes, runtime, log, originGuard } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('strict routing', true);

  app.use((request, response, next) => {
    const refused = originGuard.check(request.headers);
    if (refused) return next(refused);
    const cors = originGuard.corsHeaders(request.headers);
    if (request.method === 'OPTIONS') return replyEmpty(response, 204, { ...cors, ...preflightHeaders });
    response.set({ ...securityHeaders, ...cors });
    response.locals.clientAddress = clientAddress({
      socket: request.socket.remoteAddress,
      forwardedFor: headerOf(request, 'x-forwarded-for'),
      isTrusted: parts.isTrusted,
    });
    next();
  });
  app.get('/healthz', (_request, response) => replyJson(response, 200, {}, '{"status":"ok"}'));
  app.get('/readyz', async (_request, response) => {
    const failure = await parts.checkReady().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (failure === undefined) return replyJson(response, 200, {}, '{"status":"ready"}');
    log.warn({ err: failure }, 'not ready');
    replyJson(response, 503, {}, '{"status":"not ready"}');
  });
  for (const route of routes) {
    app[route.method](route.path, async (request, response) => {
      const refusal = route.hasOwnAddressRules
        ? undefined
        : await gate.screen(gate.receive(messageAt(route, request, response)));
      if (refusal) throw refusal.error;
      await route.handle(request, response, runtime);
    });
  }
  app.use((_request, _response, next) => next(serverErrors.ROUTE_NOT_FOUND()));
  app.use((thrown: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(thrown);
    const error = asError(thrown);
    if (error.code === kernelErrors.INTERNAL.code) log.error({ err: thrown, path: routeOf(request) }, 'route failed');
    replyError(response, httpAnswer(error, null));
  });
  return app;
}

/** A visit as the gate takes it; named as the route was registered, because its parameters may be secret. */
function messageAt(route: Route, request: Request, response: Response): InboundMessage {
  return {
    transport: 'http',
    era: 'legacy',
    protocolVersion: '',
    method: `${request.method} ${route.path}`,
    params: {},
    client: { name: '', version: '', userAgent: headerOf(request, 'user-agent') ?? '', sessionId: undefined },
    address: String(response.locals.clientAddress),
    presented: undefined,
    traceparent: undefined,
  };
}

function asError(thrown: unknown): GatehouseError {
  if (thrown instanceof GatehouseError) return thrown;
  // What Express throws for a path with `%` and no character after it: the caller's doing, and nothing is there.
  return thrown instanceof URIError ? serverErrors.ROUTE_NOT_FOUND() : internalError(thrown);
}

/** As it was registered: what stands in the place of its parameters may be secret. */
function routeOf({ route }: Request): string {
  const path: unknown = route?.path;
  return typeof path === 'string' ? path : '';
}
