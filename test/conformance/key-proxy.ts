import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The suite sends no credential, so it talks to this: a proxy on the loopback interface that adds one and changes
 * nothing else, but its own name in `Host` and `Origin`, which it exchanges for the server's. Returns where it listens
 * (`/mcp` and all) and how to stop it.
 */
export async function startKeyProxy({ url, key }: { url: string; key: string }) {
  const target = new URL(url);
  const server = createServer((incoming, outgoing) => {
    const { port } = server.address() as AddressInfo;
    const own = `localhost:${port}`;
    const { host, origin } = incoming.headers;
    const headers = {
      ...incoming.headers,
      host: host === own ? target.host : host,
      ...(origin === `http://${own}` && { origin: target.origin }),
      authorization: `Bearer ${key}`,
    };
    const { hostname, port: targetPort } = target;
    const forwarded = request({ hostname, port: targetPort, path: incoming.url, method: incoming.method, headers });
    forwarded.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${target.pathname}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
