import { type AddressInfo, createServer } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { OutgoingMail, Row } from '../../../src/index.ts';
import { mailCleanUp } from '../../../src/mail/clean-up.ts';
import type { Transport } from '../../../src/mail/delivery.ts';
import { smtpTransport } from '../../../src/mail/transport.ts';
import { type MailWorker, startMailWorker } from '../../../src/mail/worker.ts';
import { always } from '../../../src/store/condition.ts';
import { verifies } from '../../requirements.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { freePort } from '../../support/free-port.ts';
import { openKernel, type TestKernel } from '../../support/kernel.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const message = {
  to: 'ada@example.com',
  subject: 'Your key',
  text: 'https://example.com/once/s3cret',
  html: '<p>s3cret</p>',
};

describeOnStores(`${verifies('MAIL-1')} the outbox`, open => {
  let database: TestStore;
  let kernel: TestKernel;
  let clock: FakeClock;
  let log: string;
  let servers: MailServer[];
  let workers: MailWorker[];

  beforeEach(async () => {
    database = await open();
    kernel = await openKernel(database);
    clock = fakeClock({ start: '2026-01-01T00:00:00Z', settled: () => kernel.settled() });
    log = '';
    servers = [];
    workers = [];
  });

  afterEach(async () => {
    for (const worker of workers) {
      const stopped = worker.stop();
      await clock.advance(2 * second);
      await stopped;
    }
    for (const server of servers) await server.stop();
    await kernel.close();
    await database.drop();
  });

  async function server(options: SMTPServerOptions & { port?: number } = {}): Promise<MailServer> {
    const started = await startMailServer(options);
    servers.push(started);
    return started;
  }

  function transportTo(url: string): Transport {
    const settings = { url, from: 'Gatehouse <gate@example.com>', giveUpAfterHours: 72 };
    return kernel.watched(smtpTransport({ settings, clock }));
  }

  /** An instance that sends. */
  function worker(transport: Transport, own: Clock = clock): MailWorker {
    const started = startMailWorker({
      store: kernel.store,
      clock: own,
      random: () => 0.5,
      log: instance().log,
      transport,
      giveUpAfter: 72 * hour,
      stopTimeLimit: second,
    });
    workers.push(started);
    return started;
  }

  const instance = () =>
    kernel.runtime({
      now: clock.now,
      onMail: () => workers[0]?.wake(),
      log: {
        write(line) {
          log += line;
        },
      },
    });
  const rows = (): Promise<Row[]> => kernel.store.find({ model: 'gatehouse.mail', where: always });

  test('a message arrives as it was written, and its text is gone from the store', async () => {
    const { url, received } = await server();
    worker(transportTo(url));
    await instance().mail.send({ ...message, subject: 'Schlüssel läuft ab ☃' });
    await clock.advance(second);
    const [mail] = received;
    expect(received).toHaveLength(1);
    expect([mail?.from, mail?.to]).toEqual(['gate@example.com', ['ada@example.com']]);
    const raw = mail?.raw ?? '';
    expect(raw).toMatch(/^From: Gatehouse <gate@example\.com>\r$/m);
    expect(raw).toMatch(/^To: ada@example\.com\r$/m);
    expect(raw).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(raw).toMatch(/^Message-ID: <[0-9a-f]{24}@example\.com>\r$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toContain('multipart/alternative');
    expect(raw).toContain('https://example.com/once/s3cret');
    expect(await rows()).toMatchObject([
      { state: 'sent', content: null, attempts: 1, refusals: 0, sent_at: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(log).not.toContain('s3cret');
  });

  test('sending takes no longer than storing, whatever the mail server does', async () => {
    // Takes connections and says nothing.
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    const own = clock.process();
    worker(
      smtpTransport({ settings: { url: `smtp://127.0.0.1:${port}`, from: 'a@b.de', giveUpAfterHours: 1 }, clock }),
      own,
    );
    await instance().mail.send(message);
    await instance().mail.send(message);
    expect(await rows()).toHaveLength(2);
    // A server that keeps silent costs a bounded time as well.
    await clock.advance(2 * minute);
    expect((await rows()).map(({ error }) => error).filter(Boolean)).toEqual(['The mail server took too long.']);
    own.kill();
    mute.close();
  });

  test('the mail server is down for an hour: everything goes out when it is back, each once', async () => {
    const port = await freePort();
    const url = `smtp://127.0.0.1:${port}`;
    for (const transport of [transportTo(url), transportTo(url)]) worker(transport);
    const { mail } = instance();
    for (let index = 0; index < 30; index += 1) await mail.send({ ...message, subject: `Message ${index}` });
    await clock.advance(hour);
    const waiting = await rows();
    expect(waiting.every(({ state }) => state === 'queued')).toBe(true);
    // One message at a time has tried, with growing pauses.
    const attempts = waiting.reduce((sum, row) => sum + Number(row.attempts), 0);
    expect(attempts).toBeGreaterThan(10);
    expect(attempts).toBeLessThan(60);
    const { received } = await server({ port });
    await clock.advance(6 * minute);
    const subjects = received.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw)?.[1]);
    expect(subjects).toHaveLength(30);
    expect(new Set(subjects).size).toBe(30);
    expect((await rows()).every(({ state }) => state === 'sent')).toBe(true);
  });

  test('four instances send each message once', async () => {
    const { url, received } = await server();
    const { mail } = instance();
    for (let index = 0; index < 40; index += 1) await mail.send({ ...message, subject: `Message ${index}` });
    for (let index = 0; index < 4; index += 1) worker(transportTo(url));
    await clock.advance(minute);
    expect(received).toHaveLength(40);
    expect(new Set(received.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1])).size).toBe(40);
  });

  test('killed between claim and send: it goes out again when the claim has run out, under the same Message-ID', async () => {
    const { url, received } = await server();
    const dying = clock.process();
    worker({ deliver: () => new Promise(() => {}), verify: async () => undefined }, dying);
    await instance().mail.send(message);
    await clock.advance(second);
    dying.kill();
    workers.splice(0);
    expect(await rows()).toMatchObject([{ state: 'queued', attempts: 1 }]);
    worker(transportTo(url));
    await clock.advance(2 * minute);
    expect(received).toEqual([]);
    await clock.advance(minute + 10 * second);
    expect(received).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  test('killed between send and note: at least once, and told apart by nothing', async () => {
    const { url, received } = await server();
    const smtp = transportTo(url);
    const dying = clock.process();
    worker(
      {
        ...smtp,
        async deliver(letter) {
          await smtp.deliver(letter);
          return new Promise(() => {});
        },
      },
      dying,
    );
    await instance().mail.send(message);
    await clock.advance(second);
    dying.kill();
    workers.splice(0);
    worker(smtp);
    await clock.advance(4 * minute);
    const ids = received.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('a message that is refused is tried again for days, holds up no other, and is given up in the end', async () => {
    const { url, received } = await server({
      onRcptTo({ address }, _session, done) {
        done(
          address.startsWith('nobody') ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : undefined,
        );
      },
    });
    worker(transportTo(url));
    const { mail } = instance();
    await mail.send({ ...message, to: ['nobody@example.com', 'ada@example.com'] });
    await clock.advance(minute);
    expect(received.map(({ to }) => to)).toEqual([['ada@example.com']]);
    const stateOf = async () => (await rows()).find(({ recipient }) => recipient === 'nobody@example.com');
    const waits: number[] = [];
    for (let tries = 0; (await stateOf())?.state === 'queued' && tries < 100; tries += 1) {
      const row = await stateOf();
      expect(row).toMatchObject({
        content: expect.anything(),
        error: expect.stringMatching(/^EENVELOPE: .*No such mailbox/),
      });
      const wait = Date.parse(String(row?.next_at)) - clock.now();
      waits.push(Math.round(wait / minute));
      await clock.sleep(wait);
      await clock.advance(second);
    }
    // Doubling from a minute to six hours, each a quarter shorter by chance, for three days.
    expect(waits.slice(0, 11)).toEqual([1, 3, 6, 12, 24, 48, 96, 192, 270, 270, 270]);
    expect(clock.now() - Date.parse('2026-01-01T00:00:00Z')).toBeGreaterThanOrEqual(72 * hour);
    expect(clock.now() - Date.parse('2026-01-01T00:00:00Z')).toBeLessThan(78 * hour);
    expect(await stateOf()).toMatchObject({ state: 'failed', content: null });
    expect(log).toContain('mail given up');
    expect(log).not.toMatch(/s3cret|nobody@/);
  });

  test('a refusal for the moment passes', async () => {
    let refusals = 2;
    const { url, received } = await server({
      onRcptTo(_address, _session, done) {
        refusals -= 1;
        done(refusals >= 0 ? Object.assign(new Error('Greylisted'), { responseCode: 451 }) : undefined);
      },
    });
    worker(transportTo(url));
    await instance().mail.send(message);
    await clock.advance(5 * minute);
    expect(received).toHaveLength(1);
  });

  test('without a mail server messages wait, and go out when there is one', async () => {
    await instance().mail.send(message);
    await clock.advance(10 * day);
    const { url, received } = await server();
    worker(transportTo(url));
    await clock.advance(second);
    expect(received).toHaveLength(1);
  });

  test('a wrong password is not shown to anybody, and costs no message', async () => {
    const accounts = { password: 'other' };
    const { url, received } = await server({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, done) {
        if (username === 'user' && password === accounts.password) return done(null, { user: username });
        done(new Error(`Invalid login ${password}`));
      },
    });
    const smtp = transportTo(url.replace('smtp://', 'smtp://user:p%40ss-w0rd@'));
    worker(smtp);
    await instance().mail.send(message);
    await clock.advance(minute);
    const [row] = await rows();
    expect(row).toMatchObject({ state: 'queued', error: expect.stringMatching(/EAUTH.*Invalid login \[redacted\]/) });
    const fault = await smtp.verify();
    for (const text of [log, JSON.stringify(row), fault]) expect(text).not.toMatch(/p@ss-w0rd|p%40ss/);
    accounts.password = 'p@ss-w0rd';
    await clock.advance(6 * minute);
    expect(received).toHaveLength(1);
    expect(await smtp.verify()).toBeUndefined();
  });

  test.each<[string, Partial<OutgoingMail>]>([
    ['a header in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
    ['a line feed in the subject', { subject: 'Hello\nX: y' }],
    ['a second address', { to: 'ada@example.com, eve@example.com' }],
    ['a header in an address', { to: 'ada@example.com\r\nBcc: eve@example.com' }],
    ['a name that hides an address', { to: '"eve@example.com" <ada@example.com>' }],
    ['a command in an address', { to: 'ada@example.com>\r\nRCPT TO:<eve@example.com' }],
    ['one bad address among good ones', { to: ['ada@example.com', 'eve'] }],
    ['no recipient', { to: [] }],
    ['no subject', { subject: ' ' }],
    ['a subject without an end', { subject: 'x'.repeat(251) }],
  ])('%s is refused, and nothing is stored', async (_, changes) => {
    await expect(instance().mail.send({ ...message, ...changes })).rejects.toMatchObject({ code: 'MAIL_INVALID' });
    expect(await rows()).toEqual([]);
  });

  test('lines of the text that look like the end of a message or like commands are text', async () => {
    const { url, received } = await server();
    worker(transportTo(url));
    const text = 'Hello\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\nDATA\r\n.\r\n';
    await instance().mail.send({ to: message.to, subject: message.subject, text });
    await clock.advance(second);
    expect(received.map(({ to }) => to)).toEqual([['ada@example.com']]);
  });

  test('a message with the same key is stored once for each address', async () => {
    const { mail } = instance();
    await mail.send({ ...message, key: 'expiry key1 2026-02' });
    await mail.send({ ...message, key: 'expiry key1 2026-02' });
    await mail.send({ ...message, to: ['ada@example.com', 'bob@example.com'], key: 'expiry key1 2026-02' });
    await mail.send(message);
    expect((await rows()).map(({ recipient }) => recipient).sort()).toEqual([
      'ada@example.com',
      'ada@example.com',
      'bob@example.com',
    ]);
  });

  test('a stop waits for what is under way, and starts nothing new', async () => {
    let finish = () => {};
    let count = 0;
    const slow = worker({
      verify: async () => undefined,
      deliver: () => {
        count += 1;
        return new Promise(resolve => {
          finish = () => resolve({ kind: 'accepted' });
        });
      },
    });
    const { mail } = instance();
    await mail.send(message);
    await mail.send(message);
    await clock.advance(second);
    const stopped = slow.stop();
    finish();
    await stopped;
    await clock.advance(minute);
    expect(count).toBe(1);
    expect((await rows()).map(({ state }) => state).sort()).toEqual(['queued', 'sent']);
  });

  test('what is long done with is removed, what waits is not', async () => {
    const { mail } = instance();
    await mail.send({ ...message, subject: 'sent' });
    await mail.send({ ...message, subject: 'failed' });
    await mail.send({ ...message, subject: 'waiting' });
    for (const row of await rows()) {
      if (row.subject === 'waiting') continue;
      const where = { kind: 'compare', field: 'id', operator: '=', value: row.id } as const;
      await kernel.store.write([
        { kind: 'update', model: 'gatehouse.mail', where, set: { state: String(row.subject) } },
      ]);
    }
    const context = { signal: new AbortController().signal, dueAt: undefined };
    const left = async () => {
      await mailCleanUp.run(instance(), context);
      return (await rows()).map(({ subject }) => subject).sort();
    };
    await clock.advance(29 * day);
    expect(await left()).toEqual(['failed', 'sent', 'waiting']);
    await clock.advance(2 * day);
    expect(await left()).toEqual(['failed', 'waiting']);
    await clock.advance(60 * day);
    expect(await left()).toEqual(['waiting']);
  });
});
