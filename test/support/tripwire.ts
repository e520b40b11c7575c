import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port of this machine that nobody is to connect to. */
export interface Tripwire {
  readonly port: number;
  /** How often somebody did, over whatever protocol. */
  connections(): number;
  stop(): Promise<void>;
}

/** Listens on all addresses of this machine. */
export async function layTripwire(): Promise<Tripwire> {
  let connections = 0;
  const server = createServer(socket => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => connections,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}
