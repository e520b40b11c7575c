import { describe, expect, test } from 'vitest';
import { mailSettings } from '../../../src/config/mail-settings.ts';
import { verifies } from '../../requirements.ts';

const publicUrl = 'https://mcp.example.com';
const url = 'smtp://user:s3cret@mail.example.com:587';

describe(`${verifies('MAIL-1')} how mail is sent`, () => {
  test.each<[string, unknown, NodeJS.ProcessEnv, string, unknown]>([
    ['no mail server', undefined, {}, publicUrl, undefined],
    ['a sender alone', { from: 'a@b.de' }, {}, publicUrl, undefined],
    ['the config', { url, from: 'Gate <a@b.de>' }, {}, publicUrl, { url, from: 'Gate <a@b.de>', giveUpAfterHours: 72 }],
    [
      'the environment',
      undefined,
      { SMTP_URL: url, MAIL_FROM: 'a@b.de' },
      publicUrl,
      { url, from: 'a@b.de', giveUpAfterHours: 72 },
    ],
    [
      'the config before the environment',
      { url, from: 'a@b.de', giveUpAfterHours: 5 },
      { SMTP_URL: 'smtp://other', MAIL_FROM: 'c@d.de' },
      publicUrl,
      { url, from: 'a@b.de', giveUpAfterHours: 5 },
    ],
    ['a sender by default', { url }, {}, publicUrl, { url, from: 'gatehouse@mcp.example.com', giveUpAfterHours: 72 }],
    [
      'a sender by default, on this machine',
      undefined,
      { SMTP_URL: 'smtps://mail.example.com?tls.servername=mx.example.com', MAIL_FROM: '' },
      'http://127.0.0.1:3000',
      {
        url: 'smtps://mail.example.com?tls.servername=mx.example.com',
        from: 'gatehouse@localhost',
        giveUpAfterHours: 72,
      },
    ],
  ])('%s', (_, given, env, served, expected) => {
    expect(mailSettings({ given, env, publicUrl: served })).toEqual({ settings: expected, faults: [] });
  });

  test.each<[string, unknown, NodeJS.ProcessEnv, readonly PropertyKey[]]>([
    ['another protocol', { url: 'http://user:s3cret@mail.example.com' }, {}, ['mail', 'url']],
    ['no host', { url: 'smtp://' }, {}, ['mail', 'url']],
    ['no URL', { url: 'mail.example.com s3cret' }, {}, ['mail', 'url']],
    ['printing what is sent', { url: `${url}?logger=true` }, {}, ['mail', 'url']],
    ['printing what is sent, otherwise', { url: `${url}?requireTLS=true&debug=true` }, {}, ['mail', 'url']],
    ['a prototype', { url: `${url}?__proto__=x` }, {}, ['mail', 'url']],
    ['a password that cannot be decoded', { url: 'smtp://user:s3cret%@mail.example.com' }, {}, ['mail', 'url']],
    ['a header in the sender', { from: 'Gate\r\nBcc: s3cret <a@b.de>' }, {}, ['mail', 'from']],
    ['two senders', { from: 'a@b.de, c@d.de' }, {}, ['mail', 'from']],
    ['no time at all', { giveUpAfterHours: 0 }, {}, ['mail', 'giveUpAfterHours']],
    ['an unknown setting', { uri: url }, {}, ['mail', 'uri']],
    ['a list', [url], {}, ['mail']],
    ['the environment', undefined, { SMTP_URL: 'http://user:s3cret@mail' }, ['mail', 'url']],
    ['the environment', undefined, { SMTP_URL: url, MAIL_FROM: 'nobody' }, ['mail', 'from']],
  ])('%s is a fault that is named, without the secret', (_, given, env, path) => {
    const { settings, faults } = mailSettings({ given, env, publicUrl });
    expect(settings).toBeUndefined();
    expect(faults.map(fault => fault.path)).toEqual([path]);
    expect(JSON.stringify(faults)).not.toContain('s3cret');
  });

  test('a default sender that does not fit is not blamed on the environment', () => {
    const { faults } = mailSettings({ given: { url }, env: {}, publicUrl: 'https://my_host' });
    expect(faults).toEqual([
      { path: ['mail', 'from'], message: expect.stringMatching(/^gatehouse@my_host, made of server\.publicUrl, /) },
    ]);
  });
});
