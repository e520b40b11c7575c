import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { rotateExpiring } from '../../../plugins/security/keys/rotation/rotation-job.ts';
import { settings } from '../../../plugins/security/settings.ts';
import { machineClock } from '../../../src/clock.ts';
import { all, equals } from '../../../src/index.ts';
import { smtpTransport } from '../../../src/mail/transport.ts';
import { createHttpServer } from '../../../src/server/http.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

const day = 86_400_000;
const rotation = settings.parse({}).rotation;

interface Shown {
  readonly id: string;
  readonly prefix: string;
  readonly worksUntil: string;
  readonly successor: { readonly id: string; readonly prefix: string; readonly expiresAt: string | null };
  readonly told: string;
}

function serverOf({ app, runtime }: House) {
  return createHttpServer({
    ...app,
    runtime: { ...runtime, server: { ...runtime.server, port: 0 } },
    identity: { serverInfo: { name: 'gatehouse', version: '1.0.0' }, instructions: '' },
  });
}

describeOnStores('rotation', open => {
  let store: TestStore;
  let house: House;
  let other: House;
  let origin: string;
  let stopServer: () => Promise<void>;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({ location: store.location });
    other = await openHouse({ location: store.location, clock: house.clock });
    const sara = await house.user('sara');
    await house.runtime
      .system('test')
      .of('base.user')
      .write([sara], { email: 'sara@example.com', time_zone: 'Europe/Berlin' });
    await house.user('mute');
    const root = await house.user('root', ['security.admin']);
    await house.runtime.system('test').of('base.user').write([root], { email: 'root@example.com' });
    const server = serverOf(house);
    origin = new URL((await server.listen()).url).origin;
    stopServer = () => server.close();
  });
  afterAll(async () => {
    await stopServer?.();
    await other?.stop();
    await house?.stop();
    await store?.drop();
  });
  beforeEach(async () => {
    await house.runtime.store.write([{ kind: 'remove', model: 'gatehouse.mail', where: { kind: 'all', of: [] } }], {
      atomic: false,
    });
  });

  const inDays = (days: number) => new Date(house.clock.now + days * day).toISOString();
  const keyRow = async (id: string) =>
    (await house.runtime.store.find({ model: 'security.api-key', where: equals('id', id) }))[0];
  const mails = async () => {
    const rows = await house.runtime.store.find({ model: 'gatehouse.mail', where: { kind: 'all', of: [] } });
    return rows.map(({ recipient, subject, content }) => ({
      recipient: String(recipient),
      subject: String(subject),
      ...(content as { text: string; html: string }),
    }));
  };
  /** The instances run their daily job too, when the clock passes its time: only mails about these keys. */
  const mailsAbout = async (...prefixes: readonly string[]) =>
    (await mails()).filter(({ text }) => prefixes.some(prefix => text.includes(`(${prefix})`)));
  const linkIn = (text: string) => new URL(/https?:\S+\/keys\/handover\/\S+/.exec(text)?.[0] ?? '').pathname;
  const rotate = async (prefix: string) => (await house.command(['key', 'rotate', prefix, '--json'])) as Shown;
  const run = (instance: House, changes: Partial<typeof rotation> = {}) =>
    rotateExpiring({
      runtime: instance.runtime,
      settings: { ...rotation, ...changes },
      signal: new AbortController().signal,
    });
  const fetchLink = async (path: string, method = 'GET') => {
    const response = await fetch(`${origin}${path}`, { method });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const keyOn = (page: string) => /gh_\w{8}_\w{50}/.exec(page)?.[0] ?? '';

  test(`${verifies('ROT-1')} a successor has the same settings and a life as long; the old key works until its date`, async () => {
    const old = await house.key({ expiresAt: inDays(90), rate: 77, models: ['x.partner'], allow: ['203.0.113.0/24'] });
    house.clock.now += 85 * day;
    const done = await rotate(old.prefix);
    const before = await keyRow(old.id);
    expect(await keyRow(done.successor.id)).toMatchObject({
      name: before?.name,
      user: before?.user,
      scopes: before?.scopes,
      models: ['x.partner'],
      allow: ['203.0.113.0/24'],
      rate: 77,
      expires_at: inDays(90),
    });
    expect(done.worksUntil).toBe(inDays(5));
    expect((await house.call({ key: old.key })).code).toBeUndefined();
    house.clock.now += 5 * day;
    expect((await house.call({ key: old.key })).code).toBe('UNAUTHENTICATED');
  });

  test(`${verifies('ROT-1')} the daily job rotates keys inside the window, once, and no other`, async () => {
    const due = await house.key({ expiresAt: inDays(7), name: 'due' });
    const later = await house.key({ expiresAt: inDays(8) });
    const endless = await house.key({});
    const optedOut = await house.key({ expiresAt: inDays(3), noRotation: true, name: 'left alone' });
    const gone = await house.key({ expiresAt: inDays(3) });
    await house.command(['key', 'revoke', gone.prefix]);
    await run(house);
    await run(other);
    await run(house);
    expect((await keyRow(due.id))?.successor).toMatch(/^[0-9a-f]{24}$/);
    for (const { id } of [later, endless, optedOut, gone]) expect((await keyRow(id))?.successor).toBeNull();
    const sent = await mailsAbout(due.prefix, later.prefix, optedOut.prefix, gone.prefix);
    expect(sent.map(({ subject }) => subject).toSorted()).toEqual([
      expect.stringMatching(
        /^Your API key "due" has a successor: replace it by \d+ \w+ \d{4} at \d\d:\d\d \(Europe\/Berlin\)$/,
      ),
      expect.stringMatching(/^Your API key "left alone" expires on /),
    ]);
    for (const { recipient, text, html } of sent) {
      expect(recipient).toBe('sara@example.com');
      expect(text + html).not.toMatch(/gh_\w{8}_\w{50}/);
    }
  });

  test(`${verifies('ROT-1')} two runs at the same moment on two instances, and a rotation by hand, make one successor`, async () => {
    house.clock.now += 1_000;
    const due = await Promise.all([1, 2, 3].map(() => house.key({ expiresAt: inDays(2) })));
    const byHand = due.map(({ prefix }) => rotate(prefix).catch(thrown => thrown.code));
    await Promise.all([run(house), run(other), run(house), ...byHand]);
    for (const { id } of due) {
      const row = await keyRow(id);
      const same = await house.runtime.store.find({ model: 'security.api-key', where: equals('name', 'test') });
      const followers = same.filter(key => key.id === row?.successor);
      expect(followers).toHaveLength(1);
    }
    expect(await mailsAbout(...due.map(({ prefix }) => prefix))).toHaveLength(3);
    await expect(house.command(['key', 'rotate', due[0]?.prefix ?? ''])).rejects.toMatchObject({ code: 'KEY_ROTATED' });
  });

  test(`${verifies('ROT-1', 'ROT-2')} what an instance did not live to finish is finished by the next run`, async () => {
    const claimed = await house.key({ expiresAt: inDays(6) });
    const id = house.runtime.newId();
    const untold = await house.key({ expiresAt: inDays(6) });
    await rotate(untold.prefix);
    const follower = String((await keyRow(untold.id))?.successor);
    await house.runtime.store.write(
      [
        { kind: 'update', model: 'security.api-key', where: equals('id', claimed.id), set: { successor: id } },
        { kind: 'update', model: 'security.api-key', where: equals('id', follower), set: { told_at: null } },
        { kind: 'remove', model: 'gatehouse.mail', where: { kind: 'all', of: [] } },
      ],
      { atomic: false },
    );
    house.clock.now += 2 * 3_600_000;
    await run(other);
    expect(await keyRow(id)).toMatchObject({ is_unclaimed: true, revoked_at: null });
    const told = await mailsAbout(claimed.prefix, untold.prefix);
    expect(told).toHaveLength(2);
    for (const { text } of told) expect(keyOn((await fetchLink(linkIn(text), 'POST')).body)).not.toBe('');
  });

  test(`${verifies('ROT-1')} a revoked or expired key has no successor`, async () => {
    const revoked = await house.key({});
    await house.command(['key', 'revoke', revoked.prefix]);
    await expect(rotate(revoked.prefix)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    const old = await house.key({ expiresAt: inDays(1) });
    house.clock.now += 2 * day;
    await expect(rotate(old.prefix)).rejects.toMatchObject({ code: 'KEY_EXPIRED' });
  });

  describe('the link', () => {
    test(`${verifies('ROT-2')} shows a button to whoever looks, and the key once, to whoever presses it`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(5), name: 'nightly report' });
      const { successor } = await rotate(prefix);
      const [mail] = await mailsAbout(prefix);
      expect(mail?.text).toContain('nightly report');
      const path = linkIn(mail?.text ?? '');
      for (const method of ['GET', 'HEAD', 'GET', 'GET']) {
        const looked = await fetchLink(path, method);
        expect(looked.status).toBe(200);
        expect(looked.body).not.toContain('gh_');
      }
      const shown = await fetchLink(path, 'POST');
      expect(shown.status).toBe(200);
      const key = keyOn(shown.body);
      expect(key.slice(3, 11)).toBe(successor.prefix);
      expect((await house.call({ key })).code).toBeUndefined();
      for (const name of ['cache-control', 'content-security-policy', 'referrer-policy', 'x-frame-options']) {
        expect(shown.headers.get(name), name).toMatch(/no-store|default-src 'none'|same-origin|DENY/);
      }
      // Replayed, by either method: gone, and it says nothing more.
      for (const method of ['POST', 'GET']) {
        const again = await fetchLink(path, method);
        expect(again.status).toBe(410);
        expect(again.body).not.toContain('gh_');
      }
      expect((await house.call({ key })).code).toBeUndefined();
    });

    test(`${verifies('AUD-1')} leaves an entry before the key does, and one of every press that came to nothing`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(5) });
      const { successor } = await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      house.clock.now += 1_000;
      const since = new Date(house.clock.now).toISOString();
      await fetchLink(path);
      await fetchLink(path, 'POST');
      await fetchLink(path, 'POST');
      const entries = await house.runtime.store.find({
        model: 'security.audit-entry',
        where: all(equals('method', 'keys/handover'), { kind: 'compare', field: 'time', operator: '>=', value: since }),
        order: [{ field: 'sequence', descending: false }],
      });
      expect(entries).toMatchObject([
        { outcome: 'ok', tool: successor.prefix, address: '127.0.0.1' },
        { outcome: 'denied', tool: null, stage: 'authenticate', code: 'UNAUTHENTICATED', address: '127.0.0.1' },
      ]);
      expect(JSON.stringify(entries)).not.toContain(path.split('/').at(-1));
    });

    test(`${verifies('AUD-2')} gives nothing out where that cannot be written down`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(5) });
      await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      const write = house.runtime.store.write;
      const failing = vi.spyOn(house.runtime.store, 'write').mockImplementation((operations, options) => {
        const isEntry = operations.some(({ model }) => model === 'security.audit-entry');
        return isEntry ? Promise.reject(new Error('no room')) : write(operations, options);
      });
      const page = await fetchLink(path, 'POST');
      failing.mockRestore();
      expect(page.status).toBe(503);
      expect(page.body).not.toContain('gh_');
    });

    test(`${verifies('NET-1')} works from no address from which no call is let in`, async () => {
      const shut = await openHouse({
        location: store.location,
        clock: house.clock,
        settings: { network: { allow: [], deny: ['127.0.0.1'] } },
      });
      const server = serverOf(shut);
      const { url } = await server.listen();
      const { prefix } = await house.key({ expiresAt: inDays(5) });
      await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      for (const method of ['GET', 'POST']) {
        const response = await fetch(new URL(path, url), { method });
        expect([response.status, await response.text()]).toEqual([403, expect.not.stringContaining('gh_')]);
      }
      expect((await fetchLink(path)).status).toBe(200);
      await server.close();
      await shut.stop();
    });

    test(`${verifies('ROT-2')} pressed fifty times at once, on two instances, gives one key`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(5) });
      await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      const pages = await Promise.all(Array.from({ length: 50 }, () => fetchLink(path, 'POST')));
      const keys = pages.map(({ body }) => keyOn(body)).filter(Boolean);
      expect(keys).toHaveLength(1);
      expect((await house.call({ key: keys[0] })).code).toBeUndefined();
    });

    test(`${verifies('ROT-2')} that is altered, too old, replaced, or of a revoked key shows nothing`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(30) });
      const { successor } = await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      for (const altered of [
        `${path.slice(0, -2)}${path.at(-2) === 'A' ? 'B' : 'A'}${path.at(-1)}`,
        `${path}x`,
        path.slice(0, -1),
        '/keys/handover/..',
        '/keys/handover/%00',
      ]) {
        expect((await fetchLink(altered, 'POST')).status, altered).toBeGreaterThanOrEqual(400);
      }
      const { link } = (await house.command(['key', 'handover', successor.prefix, '--json'])) as { link: string };
      expect((await fetchLink(path, 'POST')).status).toBe(410);
      house.clock.now += rotation.linkHours * 3_600_000;
      expect((await fetchLink(linkIn(link), 'POST')).status).toBe(410);
      const fresh = (await house.command(['key', 'handover', successor.prefix, '--json'])) as { link: string };
      await house.command(['key', 'revoke', successor.prefix]);
      expect((await fetchLink(linkIn(fresh.link), 'POST')).status).toBe(410);
    });

    test(`${verifies('ROT-2')} is kept as a hash, and neither it nor the key is anywhere in the store`, async () => {
      const { prefix } = await house.key({ expiresAt: inDays(5) });
      await rotate(prefix);
      const path = linkIn((await mailsAbout(prefix))[0]?.text ?? '');
      const key = keyOn((await fetchLink(path, 'POST')).body);
      const token = path.split('/').at(-1) ?? '';
      for (const { name } of house.runtime.registry.all()) {
        if (name === 'gatehouse.mail') continue;
        const rows = JSON.stringify(await house.runtime.store.find({ model: name, where: { kind: 'all', of: [] } }));
        expect(rows.includes(token) || rows.includes(key.slice(12)), name).toBe(false);
      }
    });
  });

  test(`${verifies('ROT-2')} without an address of the owner, admins are told, and nothing secret`, async () => {
    const { prefix } = await house.key({ user: 'mute', expiresAt: inDays(5) });
    const { told, successor } = await rotate(prefix);
    expect(told).toBe('admins');
    const sent = await mailsAbout(prefix);
    expect(sent).toMatchObject([{ recipient: 'root@example.com' }]);
    expect(sent[0]?.text).toContain(`gatehouse key handover ${successor.prefix}`);
    expect(sent[0]?.text).not.toContain('/keys/handover/');
  });

  test(`${verifies('ROT-2')} where the admin has chosen so, the key is in the mail and works, and there is no link`, async () => {
    const { prefix } = await house.key({ expiresAt: inDays(6) });
    await run(house, { delivery: 'mail' });
    const [mail] = await mailsAbout(prefix);
    expect((await house.call({ key: keyOn(mail?.text ?? '') })).code).toBeUndefined();
    expect(mail?.text).not.toContain('/keys/handover/');
  });

  test(`${verifies('ROT-2')} the mail reaches a mail server as text and HTML`, async () => {
    const received: string[] = [];
    const smtp = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, _session, done) {
        stream.setEncoding('utf8');
        let text = '';
        stream.on('data', chunk => {
          text += chunk;
        });
        stream.on('end', () => {
          received.push(text);
          done();
        });
      },
    });
    await new Promise<void>(resolve => smtp.listen(0, '127.0.0.1', () => resolve()));
    const { port } = smtp.server.address() as AddressInfo;
    const { prefix } = await house.key({ expiresAt: inDays(5), name: 'Bücher' });
    await rotate(prefix);
    const [mail] = await mailsAbout(prefix);
    const transport = smtpTransport({
      settings: { url: `smtp://127.0.0.1:${port}`, from: 'gatehouse@example.com', giveUpAfterHours: 1 },
      clock: machineClock({}),
    });
    const delivery = await transport.deliver({
      id: 'a'.repeat(24),
      to: mail?.recipient ?? '',
      subject: mail?.subject ?? '',
      text: mail?.text ?? '',
      html: mail?.html,
      date: new Date(house.clock.now),
    });
    expect(delivery).toEqual({ kind: 'accepted' });
    await eventually(() => received.length === 1);
    expect(received[0]).toMatch(/multipart\/alternative/);
    expect(received[0]).toMatch(/To: <?sara@example\.com/);
    await new Promise<void>(resolve => smtp.close(() => resolve()));
  });
});
