import { expect, test } from 'vitest';
import { smtpTransport } from '../../../src/mail/transport.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { startMailServer } from '../../support/mail-server.ts';

test('what must be encrypted is not sent to a server that cannot', async () => {
  const { url, received, stop } = await startMailServer();
  const clock = fakeClock({ start: '2026-01-01T00:00:00Z', settled: async () => {} });
  const settings = { url: `${url}?requireTLS=true`, from: 'a@b.de', giveUpAfterHours: 1 };
  const letter = { id: 'a', to: 'ada@example.com', subject: 's', text: 't', html: undefined, date: new Date(0) };
  expect(await smtpTransport({ settings, clock }).deliver(letter)).toMatchObject({ kind: 'unreachable' });
  expect(received).toEqual([]);
  await stop();
});

test('STARTTLS is used where it is offered, and a certificate that nobody vouches for is not taken', async () => {
  const { url, received, stop } = await startMailServer({ disabledCommands: [] });
  const clock = fakeClock({ start: '2026-01-01T00:00:00Z', settled: async () => {} });
  const letter = { id: 'a', to: 'ada@example.com', subject: 's', text: 't', html: undefined, date: new Date(0) };
  const deliver = (query: string) =>
    smtpTransport({ settings: { url: `${url}${query}`, from: 'a@b.de', giveUpAfterHours: 1 }, clock }).deliver(letter);
  expect(await deliver('')).toMatchObject({ kind: 'unreachable', error: expect.stringMatching(/certificate/) });
  expect(await deliver('?tls.rejectUnauthorized=false')).toEqual({ kind: 'accepted' });
  expect(received).toHaveLength(1);
  await stop();
});
