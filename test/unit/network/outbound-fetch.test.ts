import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireAddressList } from '../../../src/network/address-list.ts';
import { createOutboundFetch } from '../../../src/network/outbound-fetch.ts';
import type { Resolve } from '../../../src/network/target.ts';
import { standingClock } from '../../support/fake-clock.ts';
import { type Receiver, startReceiver, status } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

const maxAnswer = 1_000;

describe('fetching documents elsewhere', () => {
  let elsewhere: Receiver;
  const clock = standingClock();
  const local: Resolve = async () => ['127.0.0.1'];
  const fetchWith = ({ resolve = local, allowed = ['127.0.0.0/8'], allowHttp = true } = {}) =>
    createOutboundFetch({
      resolve,
      clock,
      timeLimit: 2_000,
      maxAnswer,
      allowHttp,
      allowAddresses: requireAddressList(allowed),
    });
  const named = () => `http://client.example:${elsewhere.port}/client.json`;
  const refusal = (promise: Promise<Response>) =>
    promise.then(
      () => 'answered',
      (thrown: unknown) => (thrown instanceof TypeError ? thrown.message : 'another error'),
    );

  beforeEach(async () => {
    elsewhere = await startReceiver();
  });
  afterEach(() => elsewhere.stop());

  test('answers as fetch does', async () => {
    const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=60', 'set-cookie': ['a=1', 'b=2'] };
    elsewhere.answer(response => response.writeHead(200, headers).end('{"client_name":"ü"}'));
    const response = await fetchWith()(named(), { headers: { accept: 'application/json' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('max-age=60');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ client_name: 'ü' });
    const [sent] = elsewhere.received;
    expect(sent).toMatchObject({ path: '/client.json', headers: { accept: 'application/json' }, body: '' });
    expect(sent?.headers).not.toHaveProperty('content-length');
  });

  test.each([204, 205, 304, 404, 500])('%i is an answer', async code => {
    elsewhere.answer(status(code));
    expect((await fetchWith()(named())).status).toBe(code);
  });

  test('redirects are not followed, even where they are asked for', async () => {
    const inner = await startReceiver();
    for (const code of [301, 302, 303, 307, 308]) {
      elsewhere.answer(status(code, { location: inner.url }));
      expect((await fetchWith()(named(), { redirect: 'follow' })).status).toBe(code);
    }
    expect(inner.received).toHaveLength(0);
    await inner.stop();
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['IPv4-mapped loopback', ['::ffff:127.0.0.1']],
    ['cloud metadata', ['169.254.169.254']],
    ['NAT64', ['64:ff9b::7f00:1']],
    ['6to4', ['2002:7f00:1::']],
    ['one private of two', ['8.8.8.8', '10.0.0.1']],
  ])('nothing is connected to where the name stands for %s', async (_what, answers) => {
    const said = await refusal(fetchWith({ resolve: async () => answers, allowed: [] })(named()));
    expect(said).toContain('nothing is sent there');
    expect(elsewhere.received).toHaveLength(0);
  });

  test('a name that changes its answer (DNS rebinding) is asked once', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let asked = 0;
    const resolve: Resolve = async () => answers[asked++] ?? [];
    const response = await fetchWith({ resolve, allowed: ['127.0.0.1'] })(named());
    expect([response.status, asked]).toEqual([204, 1]);
  });

  test.each([
    ['http', { allowHttp: false }, (url: string) => url, {}],
    ['a user name', {}, (url: string) => url.replace('client.', 'user@client.'), {}],
    ['another method', {}, (url: string) => url, { method: 'POST', body: 'x' }],
  ])('refused: %s', async (_what, options, change, init) => {
    expect(await refusal(fetchWith(options)(change(named()), init))).not.toMatch(/^answered$|^another error$/);
    expect(elsewhere.received).toHaveLength(0);
  });

  test('as long as allowed is taken, a byte more is not', async () => {
    elsewhere.answer(response => response.end('x'.repeat(maxAnswer)));
    expect((await (await fetchWith()(named())).text()).length).toBe(maxAnswer);
    elsewhere.answer(response => response.end('x'.repeat(maxAnswer + 1)));
    expect(await refusal(fetchWith()(named()))).toContain('longer than 1000 bytes');
  });

  test('an answer without end is cut off', async () => {
    let closed = false;
    elsewhere.answer(response => {
      response.writeHead(200).on('close', () => {
        closed = true;
      });
      const more = () => response.writable && response.write('x'.repeat(10_000), () => setImmediate(more));
      more();
    });
    expect(await refusal(fetchWith()(named()))).toContain('longer than');
    await until(() => closed);
  });

  test('an answer that breaks off is none', async () => {
    elsewhere.answer(response => {
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    expect(await refusal(fetchWith()(named()))).toMatch(/breaks off/);
  });

  test('an answer that trickles is given up when its time is over, or when the caller wants no more', async () => {
    elsewhere.answer(response => void response.writeHead(200).write('{'));
    const slow = refusal(fetchWith()(named()));
    await until(() => elsewhere.received.length === 1);
    await clock.advance(2_000);
    expect(await slow).toContain('no answer within 2 s');

    const caller = new AbortController();
    const unwanted = refusal(fetchWith()(named(), { signal: caller.signal }));
    await until(() => elsewhere.received.length === 2);
    caller.abort();
    expect(await unwanted).not.toMatch(/^answered$|^another error$/);
  });
});
