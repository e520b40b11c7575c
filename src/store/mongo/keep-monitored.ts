import { setTimeout as wait } from 'node:timers/promises';
import type { mongo } from 'mongoose';

export interface Monitored {
  readonly client: mongo.MongoClient;
  /** ms after which a heartbeat that has neither succeeded nor failed is taken for lost. */
  readonly limit: number;
  /** ms between two tries to connect anew. */
  readonly pause: number;
}

/**
 * Keeps the driver looking at its server. A connection that is lost between two steps of a heartbeat leaves the monitor
 * waiting for a socket that says nothing any more (mongodb 7.8 and 7.9: after the socket is destroyed, `writeCommand`
 * waits for its `drain`), and the server then counts as away until the process ends. Where a heartbeat is lost, the
 * client is closed and connected anew; what is under way on it fails, and says that the server is away. Returns how to
 * stop.
 */
export function keepMonitored({ client, limit, pause }: Monitored): () => void {
  const awaited = new Map<string, NodeJS.Timeout>();
  let isStopped = false;
  let isConnecting = false;

  function forget(server: string): void {
    clearTimeout(awaited.get(server));
    awaited.delete(server);
  }

  async function connectAnew(): Promise<void> {
    if (isConnecting) return;
    isConnecting = true;
    for (const server of [...awaited.keys()]) forget(server);
    await client.close().catch(() => undefined);
    while (!isStopped) {
      const isConnected = await client.connect().then(
        () => true,
        () => false,
      );
      if (isConnected) break;
      await wait(pause, undefined, { ref: false });
    }
    isConnecting = false;
    // Stopped in between: it was closed before it was connected.
    if (isStopped) await client.close().catch(() => undefined);
  }

  client.on('serverHeartbeatStarted', ({ connectionId: server }) => {
    forget(server);
    awaited.set(server, setTimeout(() => void connectAnew(), limit).unref());
  });
  for (const event of ['serverHeartbeatSucceeded', 'serverHeartbeatFailed'] as const) {
    client.on(event, ({ connectionId: server }: { connectionId: string }) => forget(server));
  }
  client.on('serverClosed', ({ address }) => forget(address));

  return () => {
    isStopped = true;
    for (const server of [...awaited.keys()]) forget(server);
  };
}
