import { afterAll, beforeAll, expect, test } from 'vitest';
import { requirePrincipal } from '../../../plugins/base/plugin.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

const url = 'http://127.0.0.1:9/hook';
const secretForm = /whsec_[A-Za-z0-9+/]{43}=/;

describeOnStores('webhooks', open => {
  let store: TestStore;
  let house: WebhookHouse;

  beforeAll(async () => {
    store = await open();
    house = await openWebhookHouse({ location: store.location });
    await house.user('sara', ['sales']);
    await house.user('bob', ['boss']);
    await house.user('root', ['boss', 'security.admin']);
  });

  afterAll(async () => {
    await house.stop();
    await store.drop();
  });

  test(`${verifies('HOOK-1')} the secret is shown once, and by nothing after that`, async () => {
    const made = await house.webhook({ url, name: 'shown once' });
    expect(made.secret).toMatch(secretForm);
    const shown = [await house.command(['show', made.id]), await house.command(['list'])];
    expect(shown[0]).toMatchObject({ name: 'shown once', user: 'sara', state: 'active', models: ['x.partner'] });
    expect(JSON.stringify(shown)).not.toContain('whsec_');
  });

  test.each(['bob', 'root'])('%s, with every right that policies can give, reaches no secret', async login => {
    await house.webhook({ url, name: `for ${login}` });
    const env = house.runtime.env(await requirePrincipal(house.runtime, login));
    expect(() => env.of('webhooks.subscription-secret')).toThrow(
      expect.objectContaining({ code: 'MODEL_NOT_AVAILABLE' }),
    );
    const { records } = await env.of('webhooks.subscription').search({});
    expect(records.length).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toContain('whsec_');
  });

  test('no right makes, changes or deletes a webhook: its user would be a way to the rights of another', async () => {
    const { id } = await house.webhook({ url, name: 'fixed' });
    const env = house.runtime.env(await requirePrincipal(house.runtime, 'root'));
    const webhooks = env.of('webhooks.subscription');
    const bob = (
      await house.runtime
        .system('test')
        .of('base.user')
        .search({ domain: [['login', '=', 'bob']] })
    ).records[0]?.id;
    await expect(webhooks.write([id], { user: bob, url: 'https://evil.example' })).rejects.toThrow();
    await expect(webhooks.create([{ name: 'x', url, user: bob, events: ['call.denied'] }])).rejects.toThrow();
    await expect(webhooks.delete([id])).rejects.toThrow();
    await expect(env.of('webhooks.delivery').create([{ event: 'record.created' }])).rejects.toThrow();
  });

  test.each([
    ['no name', { name: ' ' }, 'name: expected what the webhook is for'],
    ['no such user', { user: 'nobody' }, 'user: there is no user nobody'],
    ['no such event', { events: 'record.eaten' }, 'events: there is no event record.eaten'],
    ['no such model', { models: 'x.nothing' }, 'models: there is no model x.nothing'],
    ['a model that the user may not read', { models: 'x.vault' }, 'models: the user may not read x.vault'],
    ['models without record events', { events: 'call.denied', models: 'x.partner' }, 'models: only record events'],
    ['a private target', { url: 'http://10.0.0.1/' }, 'url: 10.0.0.1 is not a public address (private)'],
    ['a metadata target', { url: 'http://169.254.169.254/latest' }, 'url: 169.254.169.254 is not a public address'],
    ['another scheme', { url: 'gopher://127.0.0.1/' }, 'url: it must begin with https:// or http://'],
    ['no URL', { url: 'there' }, 'url: it is no URL'],
    ['credentials in the URL', { url: 'http://a:b@127.0.0.1/' }, 'url: it may not hold a user name or password'],
  ])('refused, and nothing stored: %s', async (_what, input, message) => {
    const before = (await house.command<unknown[]>(['list'])).length;
    await expect(house.webhook({ url, ...input })).rejects.toMatchObject({
      code: 'WEBHOOK_INVALID',
      publicMessage: expect.stringContaining(message),
    });
    expect(await house.command(['list'])).toHaveLength(before);
  });

  test('all faults are named at once', async () => {
    await expect(house.webhook({ url: 'x', user: 'nobody', events: 'y', name: '' })).rejects.toMatchObject({
      data: { faults: expect.arrayContaining([expect.stringMatching(/^url/), expect.stringMatching(/^user/)]) },
    });
  });

  test.each([
    [['show', 'nothing'], 'WEBHOOK_NOT_FOUND'],
    [['rotate-secret', 'nothing'], 'WEBHOOK_NOT_FOUND'],
    [['replay', 'nothing'], 'DELIVERY_NOT_FOUND'],
    [['replay'], 'WEBHOOK_INVALID'],
    [['deliveries', '--state', 'eaten'], 'WEBHOOK_INVALID'],
    [['deliveries', '--limit', '0'], 'WEBHOOK_INVALID'],
  ])('webhook %j: %s', async (line, code) => {
    await expect(house.command(line)).rejects.toMatchObject({ code });
  });

  test('two of one name are told apart by their ids', async () => {
    const { id } = await house.webhook({ url, name: 'twin' });
    await house.webhook({ url, name: 'twin' });
    await expect(house.command(['disable', 'twin'])).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
    expect(await house.command(['disable', id])).toEqual({ id, active: false });
  });

  test('a user with webhooks cannot be deleted under them', async () => {
    const { records } = await house.runtime
      .system('test')
      .of('base.user')
      .search({ domain: [['login', '=', 'sara']] });
    await expect(
      house.runtime
        .system('test')
        .of('base.user')
        .delete([records[0]?.id ?? '']),
    ).rejects.toMatchObject({
      code: 'RECORD_IN_USE',
    });
  });
});
