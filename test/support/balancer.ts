import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer that knows no client again: every request goes to the next server in turn. */
export interface Balancer {
  readonly origin: string;
  /** How many requests each target was given, by its origin. */
  readonly given: ReadonlyMap<string, number>;
  /** From now on requests go to these. */
  balance(origins: readonly string[]): void;
  stop(): Promise<void>;
}

/** On a free port of this machine. What a target does not answer becomes a 502, as proxies have it. */
export async function startBalancer(): Promise<Balancer> {
  let targets: readonly string[] = [];
  let turn = 0;
  const given = new Map<string, number>();

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const target = targets[turn++ % targets.length];
    if (target === undefined) return void response.writeHead(503).end();
    given.set(target, (given.get(target) ?? 0) + 1);
    const { method, url, headers } = request;
    const onward = httpRequest(new URL(url ?? '/', target), { method, headers, agent: false });
    onward.on('response', answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  const server = createServer(pass);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    balance(origins) {
      targets = origins;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
