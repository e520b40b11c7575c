import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settings } from '../../../plugins/security/settings.ts';
import { always, equals } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { makeFolder } from '../../support/folder.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { eventually, type House, openHouse } from './house.ts';

const entry = 'security.audit-entry';

describeOnStores(`${verifies('AUD-3', 'MAIL-1')} the head of the log that is mailed`, open => {
  let store: TestStore;
  let houses: House[];
  let server: MailServer;

  beforeEach(async () => {
    store = await open();
    server = await startMailServer();
    const clock = { now: Date.parse('2026-11-23T12:00:00Z') };
    const audit = { ...settings.parse({}).audit, headMail: ['proof@example.com', 'notary@example.org'] };
    const house = { location: store.location, settings: { audit }, clock };
    houses = [];
    for (const instance of [1, 2]) {
      const mail = instance === 1 ? { background: true, mail: { url: server.url, from: 'gate@example.com' } } : {};
      houses.push(await openHouse({ ...house, ...mail }));
    }
    for (let call = 0; call < 6; call += 1) await at(call % 2).call({});
  });
  afterEach(async () => {
    for (const house of houses) await house.stop();
    await server.stop();
    await store.drop();
  });

  const at = (index: number) => houses[index] ?? expect.unreachable();
  const mailed = () => server.received.map(({ raw }) => raw);

  /** What a person copies out of the plain text of a mail. */
  function keptIn(raw: string): string {
    const plain = raw
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)));
    return /^head\.json: +(\{.*\})\r?$/m.exec(plain)?.[1] ?? '';
  }

  /** The file to check against, as the mail says. */
  function keptFile(): string {
    const file = join(makeFolder(), 'head.json');
    writeFileSync(file, keptIn(mailed()[0] ?? ''));
    return file;
  }

  async function aHeadIsMailed(): Promise<void> {
    expect(await at(0).app.jobs.run('audit head mail')).toMatchObject({ outcome: 'ok' });
    await eventually(() => mailed().length >= 2);
  }

  const verify = (...options: string[]) => at(0).command(['audit', 'verify', '--json', ...options]);

  test('comes once a day to each address, whichever instance sends it, and says how to check by it', async () => {
    await aHeadIsMailed();
    await at(1).app.jobs.run('audit head mail');
    await at(0).app.jobs.run('audit head mail');
    expect(server.received.flatMap(({ to }) => to).toSorted()).toEqual(['notary@example.org', 'proof@example.com']);
    expect(mailed()[0]).toMatch(/audit verify --against head\.json/);
    expect(await verify('--against', keptFile())).toMatchObject({ isWhole: true });
    at(0).clock.now += 86_400_000;
    await at(1).app.jobs.run('audit head mail');
    await eventually(() => mailed().length === 4);
  });

  test('stays true as the log goes on', async () => {
    await aHeadIsMailed();
    for (let call = 0; call < 4; call += 1) await at(call % 2).call({});
    expect(await verify('--against', keptFile())).toMatchObject({ isWhole: true });
  });

  test('shows that the log was made anew, whole in itself, by somebody who writes to the database', async () => {
    await aHeadIsMailed();
    const clock = at(0).clock;
    for (const house of houses.splice(0)) await house.stop();
    const forger = await openHouse({ location: store.location, clock });
    houses.push(forger);
    for (const model of [entry, 'security.audit-head', 'security.audit-tip']) {
      await forger.runtime.store.write([{ kind: 'remove', model, where: always }], { atomic: false });
    }
    for (let call = 0; call < 6; call += 1) await forger.call({});
    expect(await verify()).toMatchObject({ isWhole: true, entries: 6 });
    await expect(verify('--against', keptFile())).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
  });

  test('names the newest entries of the other chains, too', async () => {
    const tips = () => at(0).runtime.store.find({ model: 'security.audit-tip', where: equals('sequence', 3) });
    await eventually(async () => (await tips()).length === 2);
    await aHeadIsMailed();
    const [tip] = (JSON.parse(keptIn(mailed()[0] ?? '')) as { tips: { headHash: string; chain: string }[] }).tips;
    const where = equals('hash', tip?.headHash ?? '');
    const [head] = await at(0).runtime.store.find({ model: 'security.audit-head', where });
    const others = (head?.others ?? []) as [chain: string, sequence: number][];
    expect(others.map(([chain, sequence]) => [chain === tip?.chain, sequence])).toEqual([[false, 3]]);
  });
});

test('addresses that are none are refused by the settings', () => {
  for (const headMail of [['nobody'], ['a@example.com\r\nBcc: eve@example.com'], 'a@example.com']) {
    expect(settings.safeParse({ audit: { headMail } }).success).toBe(false);
  }
});
