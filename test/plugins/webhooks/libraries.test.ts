import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../../requirements.ts';
import { standingClock } from '../../support/fake-clock.ts';
import { freePort, isListening } from '../../support/free-port.ts';
import { sqliteStore, type TestStore } from '../../support/stores.ts';
import { until } from '../../support/until.ts';
import { openWebhookHouse, type WebhookHouse } from './webhook-house.ts';

const run = promisify(execFile);
const top = join(import.meta.dirname, '..', '..', '..');
const guide = readFileSync(join(top, 'docs', 'webhooks.md'), 'utf8');

/** A language of the guide: how to make its receiver ready in a folder, and the command that runs it. */
interface Language {
  readonly name: string;
  /** As the guide marks its code. */
  readonly fence: string;
  readonly needs: readonly (readonly [command: string, ...args: string[]])[];
  prepare(folder: string, code: string): Promise<readonly [command: string, ...args: string[]]>;
}

const languages: readonly Language[] = [
  {
    name: 'JavaScript',
    fence: 'js',
    needs: [],
    async prepare(folder, code) {
      await symlink(join(top, 'node_modules'), join(folder, 'node_modules'));
      await writeFile(join(folder, 'receiver.mjs'), code);
      return [process.execPath, join(folder, 'receiver.mjs')];
    },
  },
  {
    name: 'Python',
    fence: 'python',
    needs: [['python3', '-m', 'pip', '--version']],
    async prepare(folder, code) {
      const python = join(folder, 'venv', 'bin', 'python');
      await run('python3', ['-m', 'venv', join(folder, 'venv')]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'standardwebhooks==1.1.0']);
      await writeFile(join(folder, 'receiver.py'), code);
      return [python, join(folder, 'receiver.py')];
    },
  },
  {
    name: 'Go',
    fence: 'go',
    needs: [['go', 'version']],
    async prepare(folder, code) {
      await writeFile(join(folder, 'main.go'), code);
      await run('go', ['mod', 'init', 'receiver'], { cwd: folder });
      await run('go', ['get', 'github.com/standard-webhooks/standard-webhooks/libraries@v0.0.1'], { cwd: folder });
      await run('go', ['build', '-o', 'receiver', '.'], { cwd: folder });
      return [join(folder, 'receiver')];
    },
  },
];

for (const language of languages) {
  const missing = language.needs.find(([command, ...args]) => spawnSync(command, args).status !== 0);
  const title = `${verifies('HOOK-1')} the receiver of the guide in ${language.name}, with its official library`;
  if (!missing) describe(title, () => receives(language));
  else if (process.env.CI)
    throw new Error(`${missing.join(' ')} does not work: in CI the ${language.name} part must run`);
  else describe.skip(`${title}: skipped, ${missing.join(' ')} does not work`, () => receives(language));
}

function receives(language: Language): void {
  let store: TestStore;
  let house: WebhookHouse;
  let folder: string;
  let command: readonly [command: string, ...args: string[]];
  let receiver: ChildProcess | undefined;

  beforeAll(async () => {
    store = await sqliteStore();
    // The libraries compare the time of an attempt with that of the machine.
    house = await openWebhookHouse({ location: store.location, clock: standingClock(new Date().toISOString()) });
    await house.user('sara', ['sales']);
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-receiver-'));
    const code = new RegExp(`^\`\`\`${language.fence}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)?.[1];
    if (!code) throw new Error(`docs/webhooks.md has no code in ${language.name}`);
    command = await language.prepare(folder, code);
  }, 180_000);

  afterAll(async () => {
    receiver?.kill();
    await house.stop();
    await store.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('verifies what is sent, before and after a rotation, and nothing else', { timeout: 60_000 }, async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/hook`;
    const { id, secret } = await house.webhook({ url });
    const [file, ...args] = command;
    const child = spawn(file, args, {
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    receiver = child;
    const printed: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => printed.push(text));
    await until(() => isListening(port), 'the receiver');

    const outcome = async () =>
      (await house.deliveries()).map(({ state, response_status: code }) => `${state} ${code}`).toSorted();
    const partner = await house.partner({ name: 'Größe & Söhne ✓' });
    await until(async () => (await outcome())[0] !== 'queued null');
    expect(await outcome()).toEqual(['delivered 204']);
    const [row] = await house.deliveries();
    await until(() => printed.join('').includes(`msg_${row?.id} record.created ${partner}`), 'what it prints');

    // Both signatures are there for a time; the receiver still has the old secret.
    await house.command(['rotate-secret', id, '--overlap-hours', '1']);
    await house.change(partner, { name: 'Größe' });
    await until(async () => (await outcome()).length === 2 && !(await outcome()).includes('queued null'));
    expect(await outcome()).toEqual(['delivered 204', 'delivered 204']);

    // A secret that the receiver does not have.
    await house.command(['rotate-secret', id, '--overlap-hours', '0']);
    await house.remove(partner);
    await until(async () => (await outcome()).includes('queued 401'), 'the refusal');

    const forged = await fetch(url, {
      method: 'POST',
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': `${Math.floor(Date.now() / 1000)}`,
        'webhook-signature': 'v1,AAAA',
      },
      body: '{"type":"record.created","data":{"id":"x"}}',
    });
    expect(forged.status).toBe(401);
    child.kill();
    await once(child, 'exit');
  });
}
