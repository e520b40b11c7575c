import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import exampleConfig from '../../mcp.config.ts';
import type { Clock } from '../../src/clock.ts';
import { checkConfig } from '../../src/config/check-config.ts';
import { type ConfigOptions, definePlugin, type Job } from '../../src/index.ts';
import { verifies } from '../requirements.ts';
import { runCommand } from '../support/command-line.ts';
import { standingClock } from '../support/fake-clock.ts';
import { makeFolder } from '../support/folder.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { keyOf } from '../support/people.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

const secret = 'https://example.com/once/s3cret';
const own = ['gatehouse.mail', 'gatehouse.job', 'gatehouse.job-run'];
const everything = { read: true, write: true, create: true, delete: true };

/** An admin who has given himself every right on the kernel's own models. */
const opened: Partial<ConfigOptions> = {
  policies: {
    ...exampleConfig.policies,
    access: [
      ...(exampleConfig.policies?.access ?? []),
      ...own.map(model => ({ model, group: 'admin', ...everything })),
    ],
    permissions: [
      ...(exampleConfig.policies?.permissions ?? []),
      ...own.map(model => ({ model, groups: ['admin'], ...everything })),
    ],
  },
};

describeOnStores('jobs and mail of a whole server', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  let server: MailServer | undefined;

  afterEach(async () => {
    await gatehouse.stop();
    await server?.stop();
    server = undefined;
    await store.drop();
  });

  async function start(changes: Partial<ConfigOptions>, clock?: Clock): Promise<void> {
    store = await open();
    gatehouse = await startGatehouse({ config: exampleWith(store, changes), ...(clock && { clock }) });
  }

  test(`${verifies('MAIL-1')} a plugin's message is sent by the server, at once`, async () => {
    server = await startMailServer();
    const { received, url } = server;
    // The time between two looks at the mail never passes: it is sent because the server is told of it.
    await start({ mail: { url, from: 'Gatehouse <gate@example.com>' } }, standingClock());
    await gatehouse.app.runtime.mail.send({ to: 'ada@example.com', subject: 'Your key', text: secret });
    await expect.poll(() => received.length, { timeout: 20_000, interval: 20 }).toBe(1);
    expect(await gatehouse.app.transport?.verify()).toBeUndefined();
  });

  test(`${verifies('MAIL-1', 'JOB-1')} what a message says stays out of reach, and so does the scheduler, whatever rights one has`, async () => {
    await start(opened);
    const { runtime } = gatehouse.app;
    await runtime.mail.send({ to: 'ada@example.com', subject: 'once/s3cret', text: secret, key: 'k s3cret' });
    const [mail] = await runtime.store.find({ model: 'gatehouse.mail', where: { kind: 'all', of: [] } });
    const key = await keyOf(gatehouse, 'admin');
    const call = (tool: string, args: object) => callTool(gatehouse.url, tool, args, { key });

    const found = await call('search', { model: 'gatehouse.mail' });
    expect(found.text).toContain('ada@example.com');
    const ids = [`gatehouse.mail/${mail?.id}`];
    const readable = [found, await call('read', { ids }), await call('describe_model', { model: 'gatehouse.mail' })];
    for (const { status, text, json } of readable) {
      expect(status).toBe(200);
      expect(text).not.toContain('s3cret');
      expect(JSON.stringify(json?.result?.structuredContent)).not.toMatch(/"(content|subject|key)"/);
    }
    const attempts: [string, object][] = [
      ['search', { model: 'gatehouse.mail', fields: ['content'] }],
      ['search', { model: 'gatehouse.mail', domain: [['subject', 'ilike', 's3cret']] }],
      ['search', { model: 'gatehouse.mail', domain: [['key', '=', 'k s3cret ada@example.com']] }],
      ['search', { model: 'gatehouse.mail', order: 'subject' }],
      ['read', { ids, fields: ['content'] }],
      ['aggregate', { model: 'gatehouse.mail', groupBy: ['subject'] }],
      ['aggregate', { model: 'gatehouse.mail', measures: ['content:min'] }],
      ['write', { ids, values: { recipient: 'eve@example.com' } }],
      ['write', { ids, values: { state: 'failed' } }],
      ['delete', { ids }],
      ['create', { model: 'gatehouse.mail', values: [{ recipient: 'eve@example.com', subject: 'x' }] }],
      ['create', { model: 'gatehouse.job', values: [{ name: 'x', schedule: '* * * * * UTC' }] }],
    ];
    for (const [tool, args] of attempts) {
      const answer = await call(tool, args);
      expect(answer.json?.result?.isError ?? answer.json?.error, `${tool} ${JSON.stringify(args)}`).toBeTruthy();
      expect(answer.text).not.toContain(secret);
    }
    const [after] = await runtime.store.find({ model: 'gatehouse.mail', where: { kind: 'all', of: [] } });
    expect(after).toEqual(mail);
  });

  test(`${verifies('JOB-1')} a plugin's job, by hand, works with what the plugin has started`, async () => {
    let ready = 'no';
    const job: Job = {
      name: 'greet',
      schedule: '0 5 29 2 *',
      async run(runtime) {
        if (ready !== 'yes' || !runtime.registry.get('crm.partner')) throw new Error('not started');
      },
    };
    const plugin = definePlugin({
      name: 'greeter',
      version: '1.0.0',
      kernel: '^1',
      settings: z.strictObject({}),
      setup(scope) {
        scope.job(job);
        scope.onStart(async () => {
          ready = 'yes';
        });
      },
    });
    await start({ plugins: { ...exampleConfig.plugins, greeter: {} }, extraPlugins: [plugin] });
    const { jobs } = gatehouse.app;
    expect(await jobs.run('greet')).toMatchObject({ outcome: 'ok' });
    const names = (await jobs.list()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['greet', 'mail clean-up', 'rate counters']));
    expect(await jobs.history({ job: 'greet', limit: 5 })).toMatchObject([{ byHand: true, outcome: 'ok' }]);
  });
});

test(`${verifies('JOB-1')} a schedule that cannot be read starts nothing, and so does a job that takes the kernel's name`, async () => {
  const run = async () => {};
  const plugin = definePlugin({
    name: 'late',
    version: '1.0.0',
    kernel: '^1',
    settings: z.strictObject({}),
    setup(scope) {
      scope.job({ name: 'never', schedule: '0 25 * * *', run });
      scope.job({ name: 'nowhere', schedule: '0 2 * * *', timeZone: 'Mars/Olympus', run });
      scope.job({ name: 'mail clean-up', schedule: '0 2 * * *', run });
    },
  });
  const config = { ...exampleConfig, plugins: { late: {} }, extraPlugins: [plugin], policies: {} };
  const fault = await checkConfig({ config, configFile: `${import.meta.dirname}/mcp.config.ts`, env: {} }).catch(
    thrown => thrown,
  );
  expect(fault.code).toBe('CONFIG_INVALID');
  expect(fault.publicMessage).toMatch(/The job never: The schedule "0 25 \* \* \*" cannot be read/);
  expect(fault.publicMessage).toMatch(/The job nowhere: There is no time zone Mars\/Olympus/);
  expect(fault.publicMessage).toMatch(/The job mail clean-up is one of the kernel's own/);
});

test(`${verifies('JOB-1', 'MAIL-1')} the command line shows jobs, runs one, looks back, and doctor looks after mail`, {
  timeout: 120_000,
}, async () => {
  const config = `import { defineConfig } from 'gatehouse';\nexport default defineConfig({ plugins: { base: {}, security: {} } });\n`;
  const folder = makeFolder({ 'mcp.config.ts': config });
  const server = await startMailServer();
  const command = (args: string[], env = {}) => runCommand(args, { folder, env });
  const json = async (args: string[], env = {}) => JSON.parse((await command([...args, '--json'], env)).stdout);

  const listed = await json(['job', 'list']);
  expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'mail clean-up', lastRun: null })]));
  expect(await json(['job', 'run', 'mail clean-up'])).toMatchObject({
    job: 'mail clean-up',
    outcome: 'ok',
    error: null,
  });
  expect(await json(['job', 'history', 'mail clean-up'])).toMatchObject([{ byHand: true, outcome: 'ok' }]);
  expect((await command(['job', 'history'])).stdout).toMatch(/^STARTED +JOB .*\n\S+Z +mail clean-up +by hand +ok/);
  expect(await command(['job', 'run', 'tea'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^JOB_UNKNOWN: .*"tea"/),
  });
  expect(await command(['job', 'run', 'rate counters'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^JOB_ON_EVERY_INSTANCE/),
  });

  const mailOf = async (env = {}) =>
    (await json(['doctor'], env)).filter(({ check }: { check: string }) => check.startsWith('mail'));
  expect(await mailOf({ SMTP_URL: '' })).toMatchObject([
    { status: 'warn', message: expect.stringMatching(/no mail server/) },
  ]);
  expect(await mailOf({ SMTP_URL: server.url })).toMatchObject([{ status: 'ok' }]);
  await server.stop();
  const unreachable = await mailOf({ SMTP_URL: server.url.replace('smtp://', 'smtp://user:s3cret@') });
  expect(unreachable).toMatchObject([{ status: 'warn', message: expect.stringMatching(/cannot be used/) }]);
  expect(JSON.stringify(unreachable)).not.toContain('s3cret');
});
