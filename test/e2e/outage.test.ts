import { describe } from 'vitest';
import { startTcpProxy } from '../contract/tcp-proxy.ts';
import { describeOutage } from '../support/outage.ts';
import { mongoStore } from '../support/stores.ts';

if (process.env.MONGODB_URI) {
  describeOutage('the wire to MongoDB is cut in mid-call and mended', {
    async open() {
      const direct = mongoStore();
      const uri = new URL(direct.location);
      const proxy = await startTcpProxy({ host: uri.hostname, port: Number(uri.port || 27017) });
      uri.host = `127.0.0.1:${proxy.port}`;
      const store = {
        location: uri.href,
        async drop() {
          await proxy.cut();
          await direct.drop();
        },
      };
      return { store, outage: { stop: () => proxy.cut(), resume: () => proxy.mend() } };
    },
  });
} else describe.skip('an outage of MongoDB: skipped, MONGODB_URI is not set', () => {});
