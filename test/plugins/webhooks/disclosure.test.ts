import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whoSaw } from '../../../plugins/security/audit/who-saw.ts';
import { deliver } from '../../../plugins/webhooks/delivery/deliver.ts';
import { createQueue } from '../../../plugins/webhooks/delivery/queue.ts';
import { kernelErrors } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { type Receiver, startReceiver, status } from '../../support/receiver.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { until } from '../../support/until.ts';
import { type HouseInput, openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

describeOnStores(`${verifies('HOOK-1', 'AUD-1')} what webhooks send is in the audit log`, open => {
  let store: TestStore;
  let house: WebhookHouse;
  let receiver: Receiver;

  beforeEach(async () => {
    store = await open();
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await house.stop();
    await receiver.stop();
    await store.drop();
  });

  async function start(role: HouseInput['role'] = 'server'): Promise<void> {
    house = await openWebhookHouse({ location: store.location, role });
    await house.user('sara', ['sales']);
  }

  /** Who was shown a partner, or a field of it. */
  async function seen(record: string, field?: string) {
    const model = house.runtime.registry.get('x.partner') ?? expect.unreachable();
    const subject = { model, record, field };
    const { seen: entries } = await whoSaw({ runtime: house.runtime, subject, since: undefined, until: undefined });
    return entries.map(({ method, tool, user_login: user, address }) => [method, tool, user, address]);
  }

  test('each attempt, by the fields that its user may read, and nothing of those that may not', async () => {
    await start();
    await house.webhook({ url: `${receiver.url}?token=once-s3cret`, name: 'crm-sync' });
    let failures = 0;
    receiver.answer(response => status(failures++ === 0 ? 500 : 204)(response));
    const id = await house.partner({ name: 'Acme', email: 'boss@acme.com' });
    await house.passing(async () => (await house.deliveries()).every(({ state }) => state === 'delivered'));
    const sent = ['webhooks/send', 'crm-sync', 'sara', '127.0.0.1'];
    expect(receiver.received).toHaveLength(2);
    expect(await seen(id)).toEqual([sent, sent]);
    expect(await seen(id, 'name')).toEqual([sent, sent]);
    expect(await seen(id, 'email')).toEqual([]);
    const entries = await house.runtime.store.find({ model: 'security.audit-entry', where: { kind: 'all', of: [] } });
    expect(JSON.stringify(entries)).not.toMatch(/s3cret|Acme/);
  });

  test('nothing of a record that its user may not see', async () => {
    await start();
    await house.webhook({ url: receiver.url });
    const theirs = await house.partner({ owner: 'bob' });
    await until(async () => (await house.deliveries()).every(({ state }) => state === 'skipped'));
    expect(await seen(theirs)).toEqual([]);
  });

  test('where that cannot be written nothing leaves, and it is tried again', async () => {
    await start('command');
    await house.webhook({ url: receiver.url });
    await house.partner();
    const [row] = await house.deliveries();
    const recordEvent = () => Promise.reject(kernelErrors.AUDIT_UNAVAILABLE());
    const runtime = { ...house.runtime, recordEvent };
    const send = vi.fn();
    const parts = { lease: 60_000, giveUpAfter: 3_600_000, random: () => 0, signal: new AbortController().signal };
    await deliver({ ...parts, runtime, queue: createQueue(runtime), send }, row ?? expect.unreachable());
    expect(send).not.toHaveBeenCalled();
    expect(await house.deliveries()).toMatchObject([
      { state: 'queued', failures: 1, reason: expect.stringContaining('audit log') },
    ]);
  });
});
