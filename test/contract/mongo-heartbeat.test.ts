import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Connected, connect } from '../../src/store/mongo/connect.ts';
import { verifies } from '../requirements.ts';
import { describeOnMongo } from './mongo-server.ts';

/** The driver's own: what it looks at a server with. */
interface Topology {
  readonly s: { readonly servers: ReadonlyMap<string, { readonly monitor?: { connection?: { socket: Socket } } }> };
}

describeOnMongo('heartbeats', newDatabase => {
  const database = newDatabase();
  let connected: Connected;

  beforeAll(async () => {
    connected = await connect({ uri: database.uri, selectionTimeout: 1_500, majorityTimeout: 5_000 });
  });
  afterAll(async () => {
    await connected.close();
    await database.drop();
  });

  test(`${verifies('STORE-2')} one whose connection is lost between its steps does not end all others`, {
    timeout: 120_000,
  }, async () => {
    const client = connected.connection.getClient();
    let isLost = false;
    let after = 0;
    client.on('serverHeartbeatSucceeded', () => {
      if (isLost) after += 1;
    });
    client.on('serverHeartbeatStarted', ({ connectionId }) => {
      const { s } = (client as unknown as { topology: Topology }).topology;
      const connection = s.servers.get(connectionId)?.monitor?.connection;
      if (isLost || !connection) return;
      isLost = true;
      connection.socket.destroy();
    });
    await expect.poll(() => isLost, { timeout: 45_000 }).toBe(true);
    await expect.poll(() => after, { timeout: 45_000 }).toBeGreaterThan(2);
    expect(await connected.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});
