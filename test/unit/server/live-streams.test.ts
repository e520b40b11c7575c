import { expect, test } from 'vitest';
import { kernelErrors } from '../../../src/errors.ts';
import type { Principal } from '../../../src/model/principal.ts';
import type { InboundMessage } from '../../../src/pipeline/gate.ts';
import { serverErrors } from '../../../src/server/errors.ts';
import { createLiveStreams, maxStreams } from '../../../src/server/live-streams.ts';
import { keys, testServer } from './test-server.ts';

function message(secret: string): InboundMessage {
  return {
    transport: 'http',
    era: 'modern',
    protocolVersion: '2026-07-28',
    method: 'subscriptions/listen',
    params: {},
    client: { name: '', version: '', userAgent: '', sessionId: undefined },
    address: '127.0.0.1',
    presented: { secret, via: 'bearer' },
    traceparent: undefined,
  };
}

const principal = { credential: { id: 'a' } } as Principal;

test('a stream ends when its credential is no longer good, the others go on', async () => {
  const { gate, valid, entries } = testServer();
  const streams = createLiveStreams(gate);
  const ended: string[] = [];
  for (const secret of Object.values(keys))
    streams.add({ message: message(secret), principal, end: () => ended.push(secret) });
  await streams.recheck();
  expect(ended).toEqual([]);
  expect(entries).toEqual([]);
  valid.delete(keys.alice);
  await streams.recheck();
  expect(ended).toEqual([keys.alice]);
  expect(entries.map(({ call }) => call.method)).toEqual(['session/recheck']);
});

test.each([
  ['rate', serverErrors.ORIGIN_NOT_ALLOWED(), false],
  ['network', kernelErrors.STORE_UNAVAILABLE(), false],
  ['network', serverErrors.ORIGIN_NOT_ALLOWED(), true],
  ['session', kernelErrors.UNAUTHENTICATED(), true],
] as const)('a refusal by %s (%s) ends it: %s', async (stage, error, ends) => {
  const refuse = {
    name: 'no',
    check() {
      throw error;
    },
  };
  const streams = createLiveStreams(testServer({ guards: [[stage, refuse]] }).gate);
  let ended = false;
  streams.add({
    message: message(keys.alice),
    principal,
    end() {
      ended = true;
    },
  });
  await streams.recheck();
  expect(ended).toBe(ends);
});

test('what was taken out is not ended', async () => {
  const streams = createLiveStreams(testServer().gate);
  const remove = streams.add({ message: message(keys.alice), principal, end: () => expect.unreachable() });
  remove();
  streams.endAll();
});

test('one credential has so many places at a time and no more; others are not touched', () => {
  const streams = createLiveStreams(testServer().gate);
  const places = Array.from({ length: maxStreams }, () => streams.takePlace(principal));
  expect(places).not.toContain(undefined);
  expect(streams.takePlace(principal)).toBeUndefined();
  expect(streams.takePlace({ credential: { id: 'b' } } as Principal)).toBeDefined();
  places[0]?.();
  expect(streams.takePlace(principal)).toBeDefined();
  expect(streams.takePlace(principal)).toBeUndefined();
});
