import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

/** A real HTTP server that writes down what it is sent, and answers as it is told. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Of what came so far. */
  events(): { type: string; timestamp: string; data: Record<string, unknown> & { values?: Record<string, unknown> } }[];
  /** From now on. Default: 204. */
  answer(how: (response: ServerResponse, received: Received) => void): void;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let answer = (response: ServerResponse, _received: Received): void => {
    response.writeHead(204).end();
  };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const one = { headers: request.headers, body: Buffer.concat(pieces).toString('utf8'), path: request.url ?? '' };
    received.push(one);
    answer(response, one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    events: () => received.map(({ body }) => JSON.parse(body)),
    answer(how) {
      answer = how;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with this status and nothing else. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(code, headers).end();
  };
}
