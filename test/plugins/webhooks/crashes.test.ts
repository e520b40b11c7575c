import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertDelivery } from '../../../plugins/webhooks/outbox/new-delivery.ts';
import { equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { until } from '../../support/until.ts';
import { openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

describeOnStores('crashes', open => {
  let store: TestStore;
  let house: WebhookHouse;
  let receiver: Receiver;

  beforeEach(async () => {
    store = await open();
    house = await openWebhookHouse({ location: store.location });
    receiver = await startReceiver();
    await house.user('sara', ['sales']);
  });

  afterEach(async () => {
    await house.stop();
    await receiver.stop();
    await store.drop();
  });

  const allDone = async () => (await house.deliveries()).every(({ state }) => state !== 'queued');

  test(`${verifies('HOOK-1')} a change whose process was killed right after it is told by the next one`, async () => {
    await house.webhook({ url: receiver.url });
    await house.stop();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-child.ts'), store.location], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    house = await openWebhookHouse({ location: store.location, clock: house.clock });
    await until(async () => (await house.deliveries()).length === 1 && (await allDone()));
    expect(receiver.events()).toMatchObject([{ type: 'record.created', data: { values: { name: 'Last words' } } }]);
  });

  test('a delivery whose instance died is begun anew once its lease has run out, under the same id', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    await house.partner();
    await until(allDone);
    // As a killed process leaves it: the row says that somebody is at it, and nobody is.
    const set = { state: 'queued', next_at: new Date(house.clock.now() + 75_000).toISOString() };
    const where = equals('subscription', id);
    await house.runtime.store.write([{ kind: 'update', model: 'webhooks.delivery', where, set }], { atomic: false });
    await house.clock.advance(60_000);
    expect(await allDone()).toBe(false);
    await house.clock.advance(16_000);
    await until(async () => {
      await house.clock.advance(1_000);
      return allDone();
    });
    expect(receiver.received).toHaveLength(2);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('an event whose change never came is told to nobody; on a store that writes both at once there is none', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    const partner = (await house.partner()).replace('x.partner/', '');
    await until(allDone);
    const { runtime } = house;
    const event = { subscription: id, model: 'x.partner', record: partner };
    const phantoms = [
      insertDelivery(runtime, { ...event, event: 'record.updated', sequence: 2 }),
      insertDelivery(runtime, { ...event, event: 'record.deleted', sequence: 3 }),
      insertDelivery(runtime, { ...event, event: 'record.created', sequence: 1, record: runtime.newId() }),
    ];
    if (!runtime.store.capabilities.transactions) {
      await runtime.store.write(phantoms, { atomic: false });
      await house.passing(allDone, 5_000);
      const reasons = (await house.deliveries()).flatMap(({ reason }) => reason ?? []);
      expect(reasons).toEqual(Array(3).fill('the change failed'));
      expect(receiver.received).toHaveLength(1);
    }
    // The change that does come is told.
    await house.change(`x.partner/${partner}`, { name: 'Changed' });
    await house.passing(allDone);
    expect(receiver.events().at(-1)).toMatchObject({ type: 'record.updated', data: { version: 2 } });
  });

  test('a change that comes shortly after its event was looked at is told at once', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    const partner = (await house.partner()).replace('x.partner/', '');
    await until(allDone);
    const { runtime } = house;
    if (runtime.store.capabilities.transactions) return;
    const event = {
      subscription: id,
      model: 'x.partner',
      record: partner,
      event: 'record.updated',
      sequence: 2,
    } as const;
    await runtime.store.write([insertDelivery(runtime, event)], { atomic: false });
    // Another record's event wakes the worker, which finds this one without its change, and lets it wait.
    await house.partner({ name: 'Another' });
    await until(async () => (await house.deliveries()).some(({ sequence, version }) => sequence === 2 && version > 2));
    const where = equals('id', partner);
    await runtime.store.write([{ kind: 'update', model: 'x.partner', where, set: { name: 'Changed' } }]);
    await until(allDone);
    expect(receiver.events()).toContainEqual(
      expect.objectContaining({ type: 'record.updated', data: expect.objectContaining({ version: 2 }) }),
    );
  });

  test('stopping waits for what is under way', async () => {
    await house.webhook({ url: receiver.url });
    receiver.answer(response => void setTimeout(() => response.writeHead(204).end(), 50));
    await house.partner();
    await until(() => receiver.received.length === 1);
    await house.stop();
    house = await openWebhookHouse({ location: store.location, clock: house.clock, role: 'command' });
    expect(await house.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });
});
