import http from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireAddressList } from '../../../src/network/address-list.ts';
import { createSend, type OutboundMessage } from '../../../src/network/send.ts';
import type { Resolve } from '../../../src/network/target.ts';
import { verifies } from '../../requirements.ts';
import { standingClock } from '../../support/fake-clock.ts';
import { type Receiver, startReceiver, status } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';

describe(`${verifies('HOOK-1')} sending`, () => {
  let receiver: Receiver;
  const clock = standingClock();
  const sendWith = (resolve: Resolve, allowed = ['127.0.0.0/8']) =>
    createSend({
      resolve,
      clock,
      timeLimit: 15_000,
      maxAnswer: 16_384,
      allowHttp: true,
      allowAddresses: requireAddressList(allowed),
    });
  const message = (url: string): OutboundMessage => ({
    method: 'POST',
    url,
    headers: { 'x-test': '1' },
    body: '{"a":"ü"}',
  });
  const named = () => `http://hooks.example:${receiver.port}/path?query`;

  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.stop());

  test('posts to the address that was checked, under the name that was asked for', async () => {
    receiver.answer((response, { body }) => response.writeHead(201, { 'retry-after': '7' }).end(`got ${body}`));
    const answer = await sendWith(async () => ['127.0.0.1'])(message(named()));
    expect(answer).toMatchObject({ kind: 'answered', status: 201, headers: { 'retry-after': '7' }, isWhole: true });
    expect(answer.kind === 'answered' && answer.body.toString()).toBe('got {"a":"ü"}');
    expect(receiver.received).toMatchObject([
      {
        path: '/path?query',
        headers: { host: `hooks.example:${receiver.port}`, 'x-test': '1', 'content-length': '10' },
      },
    ]);
  });

  test('a name that changes its answer between check and connection (DNS rebinding) is asked once', async () => {
    const answers = [['127.0.0.1'], ['127.66.66.66'], ['10.0.0.1']];
    let asked = 0;
    const resolve: Resolve = async () => answers[asked++] ?? [];
    const answer = await sendWith(resolve, ['127.0.0.1'])(message(named()));
    expect([answer.kind, asked, receiver.received.length]).toEqual(['answered', 1, 1]);
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['mapped private', ['::ffff:10.0.0.1']],
    ['one of two', ['8.8.8.8', '127.0.0.1']],
  ])('nothing is connected to where the answer is %s', async (_what, answers) => {
    const answer = await sendWith(async () => answers, [])(message(named()));
    expect(answer).toEqual({ kind: 'failed', reason: expect.stringContaining('nothing is sent there') });
    expect(receiver.received).toHaveLength(0);
  });

  test('redirects are answers, not followed', async () => {
    const inner = await startReceiver();
    for (const code of [301, 302, 303, 307, 308]) {
      receiver.answer(status(code, { location: inner.url }));
      expect(await sendWith(async () => ['127.0.0.1'])(message(named()))).toMatchObject({ status: code });
    }
    expect(inner.received).toHaveLength(0);
    await inner.stop();
  });

  test('a proxy of the environment is not used', async () => {
    const proxy = await startReceiver();
    const before = http.globalAgent;
    http.globalAgent = new http.Agent({ proxyEnv: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` } });
    try {
      expect(await sendWith(async () => ['127.0.0.1'])(message(named()))).toMatchObject({ status: 204 });
    } finally {
      http.globalAgent = before;
    }
    expect([receiver.received.length, proxy.received.length]).toEqual([1, 0]);
    await proxy.stop();
  });

  test.each([
    ['a name server that does not answer', () => new Promise<string[]>(() => {})],
    ['a receiver that does not answer', async () => ['127.0.0.1']],
  ])('%s: given up when its time is over', async (_what, resolve) => {
    receiver.answer(() => {});
    const answer = sendWith(resolve)(message(named()));
    if (_what.startsWith('a receiver')) await until(() => receiver.received.length === 1);
    await clock.advance(15_000);
    expect(await answer).toEqual({ kind: 'failed', reason: 'no answer within 15 s' });
  });

  test('an answer that trickles is given up when its time is over', async () => {
    receiver.answer(response => void response.writeHead(200).write('x'));
    const answer = sendWith(async () => ['127.0.0.1'])(message(named()));
    await until(() => receiver.received.length === 1);
    await clock.advance(15_000);
    expect(await answer).toEqual({ kind: 'failed', reason: 'no answer within 15 s' });
  });

  test.each([
    ['no HTTP at all', 'nonsense\r\n\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(100)}`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['nothing', ''],
  ])('%s is a failure', async (_what, reply) => {
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(reply));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const answer = await sendWith(async () => ['127.0.0.1'])(message(`http://hooks.example:${port}`));
    expect(answer).toEqual({ kind: 'failed', reason: expect.any(String) });
    server.close();
  });

  test('a target that does not speak TLS is refused', async () => {
    const answer = await sendWith(async () => ['127.0.0.1'])(message(`https://hooks.example:${receiver.port}`));
    expect(answer.kind).toBe('failed');
    expect(receiver.received).toHaveLength(0);
  });
});
