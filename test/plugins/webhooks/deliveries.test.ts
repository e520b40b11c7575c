import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { openWebhookHouse, until, type WebhookHouse } from './webhook-house.ts';

describeOnStores('webhook deliveries', open => {
  let store: TestStore;
  let house: WebhookHouse;
  let receiver: Receiver;

  beforeEach(async () => {
    store = await open();
    house = await openWebhookHouse({ location: store.location });
    receiver = await startReceiver();
    await house.user('sara', ['sales']);
    await house.user('bob', ['boss']);
  });

  afterEach(async () => {
    await house.stop();
    await receiver.stop();
    await store.drop();
  });

  const states = async () => (await house.deliveries()).map(({ state }) => state);
  const allDone = async () => (await states()).every(state => state !== 'queued');

  test(`${verifies('HOOK-1')} a record is told of from its creation to its end, as its user may read it`, async () => {
    await house.webhook({ url: receiver.url });
    const id = await house.partner({ name: 'Acme', email: 'boss@acme.com' });
    await until(allDone);
    await house.change(id, { name: 'Acme Ltd' });
    await until(allDone);
    await house.remove(id);
    await until(allDone);

    expect(await states()).toEqual(['delivered', 'delivered', 'delivered']);
    const [created, updated, deleted] = receiver.events();
    expect(created).toEqual({
      type: 'record.created',
      timestamp: '2026-11-23T12:00:00.000Z',
      data: {
        model: 'x.partner',
        id,
        title: 'Acme',
        url: expect.stringContaining(id),
        version: 1,
        values: expect.objectContaining({ name: 'Acme', owner: 'sara' }),
      },
    });
    expect(created?.data.values).not.toHaveProperty('email');
    expect(updated).toMatchObject({ type: 'record.updated', data: { version: 2, values: { name: 'Acme Ltd' } } });
    expect(deleted).toEqual({
      type: 'record.deleted',
      timestamp: '2026-11-23T12:00:00.000Z',
      data: { model: 'x.partner', id },
    });
  });
});
