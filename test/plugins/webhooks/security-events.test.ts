import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKey } from '../../../plugins/security/plugin.ts';
import { verifies } from '../../requirements.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { until } from '../../support/until.ts';
import { openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

describeOnStores('security events', open => {
  let store: TestStore;
  let house: WebhookHouse;
  let receiver: Receiver;

  beforeEach(async () => {
    store = await open();
    house = await openWebhookHouse({ location: store.location, settings: { securityEventsPerMinute: 3 } });
    receiver = await startReceiver();
    await house.user('sara', ['sales']);
    await house.user('bob', ['boss']);
    await house.user('mia', ['security.manager']);
  });

  afterEach(async () => {
    await house.stop();
    await receiver.stop();
    await store.drop();
  });

  const allDone = async () => (await house.deliveries()).every(({ state }) => state !== 'queued');

  async function call(secret: string | undefined, via: 'bearer' | 'query' = 'bearer'): Promise<void> {
    const { gate } = house.app;
    const received = gate.receive({
      transport: 'http',
      era: 'modern',
      protocolVersion: '2026-07-28',
      method: 'tools/list',
      params: {},
      client: { name: 'test', version: '1', userAgent: 'vitest', sessionId: undefined },
      address: '203.0.113.7',
      presented: secret === undefined ? undefined : { secret, via },
      traceparent: undefined,
    });
    if (!(await gate.admit(received))) await gate.perform(received);
  }

  test(`${verifies('HOOK-1')} a denied call is told as its entry in the log, to those who may read the log`, async () => {
    await house.webhook({ url: `${receiver.url}?mia`, user: 'mia', events: 'call.denied' });
    await house.webhook({ url: `${receiver.url}?bob`, user: 'bob', events: 'call.denied' });
    await call('gh_abcdefgh_nonsense');
    await until(async () => (await house.deliveries()).length === 2 && (await allDone()));
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?mia']);
    expect(receiver.events()).toMatchObject([
      {
        type: 'call.denied',
        data: {
          model: 'security.audit-entry',
          values: { outcome: 'denied', stage: 'authenticate', address: '203.0.113.7', method: 'tools/list' },
        },
      },
    ]);
    expect(JSON.stringify(receiver.received)).not.toContain('nonsense');
  });

  test('a leaked key is told by its prefix, never by itself', async () => {
    await house.webhook({ url: receiver.url, user: 'mia', events: 'key.leaked' });
    const { key, prefix } = await createKey({ runtime: house.runtime, name: 'leaky', user: 'sara', scopes: 'all' });
    await call(key, 'query');
    await until(async () => (await house.deliveries()).length === 1 && (await allDone()));
    expect(receiver.events()).toMatchObject([
      { type: 'key.leaked', data: { model: 'security.api-key', values: { prefix, name: 'leaky' } } },
    ]);
    expect(receiver.received[0]?.body).not.toContain(key.slice(12));
  });

  test('a flood makes a few deliveries, and the next one says how many were left out', async () => {
    await house.webhook({ url: receiver.url, user: 'mia', events: 'call.denied' });
    for (let attempt = 0; attempt < 20; attempt += 1) await call(undefined);
    await until(async () => (await house.deliveries()).length === 3 && (await allDone()));
    await house.clock.advance(60_000);
    await call(undefined);
    await until(async () => (await house.deliveries()).length === 4 && (await allDone()));
    expect(receiver.events().map(({ data }) => data.leftOut)).toEqual([undefined, undefined, undefined, 17]);
  });

  test('changes of the policies, too, are changes of records', async () => {
    await house.webhook({ url: receiver.url, user: 'mia', events: 'record.created', models: 'security.permission' });
    await house.runtime
      .system('test')
      .of('security.permission')
      .create([{ model: 'x.vault', everyone: true, read: true }]);
    await until(async () => (await house.deliveries()).length === 1 && (await allDone()));
    expect(receiver.events()).toMatchObject([{ data: { model: 'security.permission', values: { model: 'x.vault' } } }]);
  });
});
