import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { freePort } from '../../support/free-port.ts';
import { type Receiver, startReceiver, status } from '../../support/receiver.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { until } from '../../support/until.ts';
import { openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

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
    const id = await house.partner({ name: 'Acme', email: 'boss@acme.com', phone: '+33 1 23 45 67 89' });
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
        values: expect.objectContaining({ name: 'Acme', owner: 'sara', phone: expect.stringMatching(/^\D*89$/) }),
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

  test('what its user may not see is told to nobody: not that it is there, nor that it has gone', async () => {
    await house.webhook({ url: receiver.url });
    const theirs = await house.partner({ owner: 'bob' });
    await house.change(theirs, { name: 'Other' });
    await house.remove(theirs);
    const own = await house.partner({ name: 'Own' });
    await until(allDone);
    expect(receiver.events().map(({ data }) => data.id)).toEqual([own]);
    expect((await states()).toSorted()).toEqual(['delivered', 'skipped', 'skipped']);
    expect(JSON.stringify(receiver.received)).not.toContain(theirs);
  });

  test('what a record becomes out of reach, and a deletion after that, are not told', async () => {
    await house.webhook({ url: receiver.url });
    const id = await house.partner();
    await until(allDone);
    await house.change(id, { owner: 'bob', name: 'Moved away' });
    await house.remove(id);
    await until(allDone);
    expect(receiver.events().map(({ type }) => type)).toEqual(['record.created']);
    expect(JSON.stringify(receiver.received)).not.toContain('Moved away');
  });

  test('rights count at the time of delivery: what was withdrawn meanwhile is not sent', async () => {
    const carl = await house.user('carl', ['boss']);
    await house.webhook({ url: receiver.url, user: 'carl' });
    receiver.answer(status(500));
    const id = await house.partner({ email: 'secret@acme.com' });
    await until(async () => (await house.deliveries())[0]?.failures === 1);
    expect(receiver.events()[0]?.data.values).toMatchObject({ email: 'secret@acme.com' });

    await house.regroup(carl, []);
    receiver.answer(status(204));
    await house.passing(allDone);
    expect(await house.deliveries()).toMatchObject([{ state: 'skipped', reason: 'the user may not see the record' }]);
    expect(receiver.received).toHaveLength(1);

    await house.remove(id);
    await until(allDone);
    expect(receiver.received).toHaveLength(1);
  });

  test('a disabled user is told nothing', async () => {
    const carl = await house.user('carl', ['boss']);
    await house.webhook({ url: receiver.url, user: 'carl' });
    await house.runtime.system('test').of('base.user').write([carl], { active: false });
    await house.partner();
    await until(allDone);
    expect(await house.deliveries()).toMatchObject([{ state: 'skipped', reason: 'the user is gone or disabled' }]);
    expect(receiver.received).toHaveLength(0);
  });

  test('two webhooks see the same change with the eyes of their own users', async () => {
    await house.webhook({ url: `${receiver.url}?of=sara` });
    await house.webhook({ url: `${receiver.url}?of=bob`, user: 'bob' });
    await house.partner({ email: 'secret@acme.com' });
    await until(allDone);
    const told = new Map(receiver.received.map(({ path, body }) => [path, body]));
    expect(told.get('/hook?of=sara')).not.toContain('secret@acme.com');
    expect(told.get('/hook?of=bob')).toContain('secret@acme.com');
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  test('a failed delivery is tried again under the same id with a new time, and no sooner than it may', async () => {
    await house.webhook({ url: receiver.url });
    receiver.answer(status(500));
    await house.partner();
    await until(async () => (await house.deliveries())[0]?.failures === 1);
    receiver.answer(status(503, { 'retry-after': '3600' }));
    await house.passing(() => receiver.received.length === 2);
    receiver.answer(status(204));
    await house.passing(allDone, 20_000);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    const [first = 0, second = 0, third = 0] = receiver.received.map(({ headers }) =>
      Number(headers['webhook-timestamp']),
    );
    expect(new Set(ids).size).toBe(1);
    expect(second - first).toBeGreaterThanOrEqual(2);
    expect(second - first).toBeLessThan(60);
    expect(third - second).toBeGreaterThanOrEqual(3600);
    expect(receiver.events().map(({ timestamp }) => timestamp)).toEqual(Array(3).fill('2026-11-23T12:00:00.000Z'));
    expect(await house.deliveries()).toMatchObject([{ state: 'delivered', attempts: 3, response_status: 204 }]);
  });

  test('one that fails for three days is given up, listed, and can be replayed under its id', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    receiver.answer((response, { headers }) =>
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`no\u0000\u001b[31m ${headers['webhook-id']}`),
    );
    await house.partner();
    await house.passing(async () => (await states())[0] === 'dead', 1_800_000);
    const [dead] = await house.command<Record<string, unknown>[]>(['deliveries', id, '--state', 'dead']);
    expect(dead).toMatchObject({
      state: 'dead',
      responseStatus: 500,
      reason: 'the answer was 500',
      responseBody: expect.stringMatching(/^no \[31m msg_[0-9a-f]{24}$/),
    });
    expect(Number(dead?.attempts)).toBeLessThan(40);

    receiver.answer(status(200));
    expect(await house.command(['replay', String(dead?.id)])).toEqual({ replayed: 1 });
    await house.passing(allDone);
    expect(await house.deliveries()).toMatchObject([{ state: 'delivered', replays: 1 }]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead?.webhookId]));
  });

  test('410 ends it: the webhook is disabled, what waits is given up, what comes is not stored', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    receiver.answer(status(410));
    await house.partner();
    await until(allDone);
    expect(await house.command(['show', id])).toMatchObject({
      state: 'disabled',
      disabledReason: 'the receiver answered 410 Gone',
    });
    await house.partner();
    expect(await states()).toEqual(['dead']);
    await expect(house.command(['replay', '--dead-of', id])).rejects.toMatchObject({ code: 'WEBHOOK_DISABLED' });

    receiver.answer(status(204));
    await house.command(['enable', id]);
    expect(await house.command(['replay', '--dead-of', id])).toEqual({ replayed: 1 });
    await house.passing(allDone);
    expect(await states()).toEqual(['delivered']);
  });

  test('what waits for a disabled webhook is given up', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    receiver.answer(status(500));
    await house.partner();
    await until(async () => (await house.deliveries())[0]?.failures === 1);
    await house.command(['disable', id, '--reason', 'maintenance']);
    await house.passing(allDone);
    expect(await house.deliveries()).toMatchObject([{ state: 'dead', reason: 'the webhook is disabled' }]);
    expect(receiver.received).toHaveLength(1);
  });

  /** The versions of a record that attempts were about, as they came. */
  async function versionsSent(record: string): Promise<number[]> {
    const rows = (await house.deliveries()).filter(row => `x.partner/${row.record}` === record);
    const sequences = new Map(rows.map(({ id, sequence }) => [`msg_${id}`, Number(sequence)]));
    return receiver.received.flatMap(({ headers }) => sequences.get(String(headers['webhook-id'])) ?? []);
  }

  test('events of one record stay in their order, and those of others do not wait for them', async () => {
    await house.webhook({ url: receiver.url });
    const held = await house.partner({ name: 'one' });
    await until(allDone);
    receiver.answer((response, { body }) => response.writeHead(JSON.parse(body).data.id === held ? 500 : 204).end());
    for (const name of ['two', 'three', 'four']) await house.change(held, { name });
    const other = await house.partner({ name: 'other' });
    await house.passing(() => receiver.received.length >= 5 && receiver.events().some(({ data }) => data.id === other));
    expect(new Set(await versionsSent(held))).toEqual(new Set([1, 2]));
    receiver.answer(status(204));
    await house.passing(allDone);
    const sent = await versionsSent(held);
    expect(sent).toEqual(sent.toSorted());
    expect(sent.slice(-3)).toEqual([2, 3, 4]);
  });

  test('every change of a record arrives, in the order of its versions, whatever fails in between', async () => {
    await house.webhook({ url: receiver.url });
    const id = await house.partner({ name: 'name 1' });
    let count = 0;
    receiver.answer(response => {
      count += 1;
      response.writeHead(count % 3 === 0 ? 500 : 204).end();
    });
    for (let version = 2; version <= 8; version += 1) await house.change(id, { name: `name ${version}` });
    await house.passing(allDone);
    const sent = await versionsSent(id);
    expect([...new Set(sent)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sent).toEqual(sent.toSorted());
    expect(new Set(await states())).toEqual(new Set(['delivered']));
  });

  test('a rotated secret signs with the one before for a time, then alone', async () => {
    const { id, secret: old } = await house.webhook({ url: receiver.url });
    const rotated = await house.command<{ secret: string }>(['rotate-secret', id, '--overlap-hours', '2']);
    await house.partner();
    await until(allDone);
    await house.clock.advance(2 * 3_600_000);
    await house.partner();
    await until(allDone);
    const [during, after] = receiver.received.map(({ headers }) => String(headers['webhook-signature']));
    expect(during).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    expect(after).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    const isBy = (secret: string, index: number) => {
      const received = receiver.received[index];
      if (!received) throw new Error('nothing was received');
      const { headers, body } = received;
      const time = new Date(Number(headers['webhook-timestamp']) * 1000);
      const signature = new Webhook(secret).sign(String(headers['webhook-id']), time, body);
      return String(headers['webhook-signature']).split(' ').includes(signature);
    };
    expect([isBy(old, 0), isBy(rotated.secret, 0)]).toEqual([true, true]);
    expect([isBy(old, 1), isBy(rotated.secret, 1)]).toEqual([false, true]);

    const leaked = await house.command<{ secret: string }>(['rotate-secret', id, '--overlap-hours', '0']);
    await house.partner();
    await until(allDone);
    expect([isBy(rotated.secret, 2), isBy(leaked.secret, 2)]).toEqual([false, true]);
  });

  test('a receiver that is slow is given up on in time, and holds up nobody else', async () => {
    const quick = await startReceiver();
    await house.webhook({ url: receiver.url });
    await house.webhook({ url: quick.url });
    receiver.answer(response => {
      if (receiver.received.length > 4) status(204)(response);
    });
    await Promise.all(Array.from({ length: 12 }, (_, index) => house.partner({ name: `n${index}` })));
    await until(() => quick.received.length === 12 && receiver.received.length >= 4);
    expect(receiver.received.length).toBe(4);
    await house.clock.advance(15_000);
    await until(async () => (await house.deliveries()).some(({ reason }) => reason === 'no answer within 15 s'));
    await house.passing(allDone);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(12);
    await quick.stop();
  });

  test('redirects are not followed, and of a huge answer little is taken', async () => {
    const inner = await startReceiver();
    await house.webhook({ url: receiver.url });
    receiver.answer(status(302, { location: inner.url }));
    await house.partner();
    await until(async () => (await house.deliveries())[0]?.failures === 1);
    expect(await house.deliveries()).toMatchObject([
      { state: 'queued', response_status: 302, reason: 'the answer was 302' },
    ]);
    receiver.answer(response => {
      response.writeHead(200);
      const flood = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', flood);
      flood();
    });
    await house.passing(allDone);
    expect(await house.deliveries()).toMatchObject([{ state: 'delivered', response_body: 'x'.repeat(1000) }]);
    expect(inner.received).toHaveLength(0);
    await inner.stop();
  });

  test('a record that is too large comes without its values', async () => {
    await house.webhook({ url: receiver.url });
    const id = await house.partner({ name: 'Large', notes: 'x'.repeat(300_000) });
    await until(allDone);
    const [event] = receiver.events();
    expect(event?.data).toEqual({
      model: 'x.partner',
      id,
      title: 'Large',
      url: expect.any(String),
      version: 1,
      isTooLarge: true,
    });
  });

  test('a receiver that is down costs nothing but time', async () => {
    await house.webhook({ url: `http://127.0.0.1:${await freePort()}/hook` });
    await house.partner();
    await until(async () => (await house.deliveries())[0]?.failures === 1);
    expect(await house.deliveries()).toMatchObject([
      { state: 'queued', reason: 'ECONNREFUSED', response_status: null },
    ]);
  });

  test('of two instances one delivers each', async () => {
    const other = await openWebhookHouse({ location: store.location, clock: house.clock });
    await house.webhook({ url: receiver.url });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? house : other).partner({ name: `n${index}` })),
    );
    await house.passing(allDone);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
    await other.stop();
  });

  test('a change that is refused leaves no event', async () => {
    await house.webhook({ url: receiver.url });
    const code = 'taken';
    await house.partner({ code });
    await until(allDone);
    const racing = await Promise.allSettled(Array.from({ length: 5 }, () => house.partner({ code: 'raced' })));
    await house.passing(allDone);
    const made = racing.filter(({ status: ended }) => ended === 'fulfilled').length;
    expect(made).toBe(1);
    expect(receiver.received).toHaveLength(1 + made);
  });

  test('what is done is forgotten after its days, what waits is not', async () => {
    await house.webhook({ url: receiver.url });
    await house.partner();
    await until(allDone);
    receiver.answer(status(500));
    await house.partner();
    await until(async () => (await house.deliveries()).some(({ failures }) => failures === 1));
    await house.stop();
    await house.clock.advance(31 * 86_400_000);
    house = await openWebhookHouse({ location: store.location, clock: house.clock, role: 'command' });
    await house.app.jobs.run('webhook clean-up');
    expect(await states()).toEqual(['queued']);
  });

  test('deleting a webhook takes its secret and its log along', async () => {
    const { id } = await house.webhook({ url: receiver.url });
    await house.partner();
    await until(allDone);
    await house.command(['delete', 'test']);
    expect(await house.deliveries()).toEqual([]);
    const where = { kind: 'compare', field: 'id', operator: '=', value: id } as const;
    expect(await house.runtime.store.find({ model: 'webhooks.subscription-secret', where })).toEqual([]);
    await house.partner();
    expect(await house.deliveries()).toEqual([]);
  });
});
