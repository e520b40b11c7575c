import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boot } from '../../src/boot.ts';
import { starterFiles } from '../../src/cli/starter-files.ts';
import { silentTerminal } from '../../src/cli/terminal.ts';
import { always } from '../../src/index.ts';
import type { Condition } from '../../src/store/condition.ts';
import { verifies } from '../requirements.ts';
import { exitOf, type Ran, runCommand, startCommand } from '../support/command-line.ts';
import { makeFolder, writeInto } from '../support/folder.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

/** Contacts as CSV, each different. */
function contacts(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `Person ${index},p${index}@example.com,City ${index % 50},1990-01-31`,
  );
  return ['name,email,city,birthday', ...rows, ''].join('\n');
}

describeOnStores('import', open => {
  let store: TestStore;
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    store = await open();
    folder = makeFolder(starterFiles);
    env = { GATEHOUSE_STORE: store.location };
  });

  afterEach(() => store.drop());

  function run(...args: string[]): Promise<Ran> {
    return runCommand(args, { folder, env });
  }

  function importFile(file: string, ...options: string[]): Promise<Ran> {
    return run('import', file, '--model', 'crm.contact', '--json', ...options);
  }

  /** What is in the store, past the command line. */
  async function stored<T>(look: (app: Awaited<ReturnType<typeof boot>>) => Promise<T>): Promise<T> {
    const before = process.env.GATEHOUSE_STORE;
    process.env.GATEHOUSE_STORE = store.location;
    try {
      const log = pino({ level: 'silent' });
      const app = await boot({
        configFile: join(folder, 'mcp.config.ts'),
        log,
        terminal: silentTerminal,
        role: 'command',
      });
      try {
        return await look(app);
      } finally {
        await app.stop();
      }
    } finally {
      if (before === undefined) delete process.env.GATEHOUSE_STORE;
      else process.env.GATEHOUSE_STORE = before;
    }
  }

  function count(where: Condition = always): Promise<number> {
    return stored(app => app.runtime.store.count({ model: 'crm.contact', where }));
  }

  test(`${verifies('CLI-1')} every faulty row is reported by number and field, and nothing is stored`, async () => {
    expect((await run('user', 'create', '--login', 'sara')).code).toBe(0);
    writeInto(folder, 'first.csv', 'name,email\nOld,taken@x.de\n');
    expect((await importFile('first.csv', '--resumable')).code).toBe(0);
    writeInto(
      folder,
      'a.csv',
      [
        'name,email,Responsible,birthday',
        'Good,good@x.de,sara,1990-01-31',
        ',missing@x.de,,',
        'Bad date,date@x.de,,1990-02-30',
        'Twice,good@x.de,,',
        'Taken,taken@x.de,,',
        'Nobody,nobody@x.de,somebody,',
        'Short',
        'Two faults,good@x.de,somebody,yesterday',
      ].join('\n'),
    );
    const ran = await importFile('a.csv', '--resumable');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    const faults = [...ran.stderr.matchAll(/^ {2}row (\d+)(?:, (\w+))?: (.*)$/gm)].map(
      ([, row, field]) => `${row} ${field ?? ''}`,
    );
    expect(faults).toEqual([
      '3 name',
      '4 birthday',
      '5 email',
      '6 email',
      '7 user_id',
      '8 ',
      '9 user_id',
      '9 birthday',
      '9 email',
    ]);
    expect(ran.stderr).toContain('row 5, email: Row 2 has the same value');
    expect(await count()).toBe(1);
  });

  test('what a user cannot be called is a fault of its row, as the command has it', async () => {
    writeInto(folder, 'a.csv', 'login,name,email,time_zone\n"x,y",X,nonsense,Mars/Olympus\nfine,Fine,f@x.de,UTC\n');
    const ran = await run('import', 'a.csv', '--model', 'base.user', '--resumable');
    expect(ran.code).toBe(1);
    for (const fault of [
      'row 2, login: Expected a name without commas and without spaces around it.',
      'row 2, email: Expected one plain e-mail address, such as sara@example.com.',
      'row 2, time_zone: Expected the IANA name of a time zone, such as Europe/Berlin or UTC.',
    ])
      expect(ran.stderr).toContain(fault);
    expect(JSON.parse((await run('user', 'list', '--json')).stdout)).toEqual([]);
  });

  test(`${verifies('CLI-1')} of many faults the first hundred are explained, and all are named by row and field`, async () => {
    writeInto(folder, 'a.csv', `name,birthday\n${'A,never\n'.repeat(700)}`);
    const ran = await importFile('a.csv', '--resumable');
    expect(ran.code).toBe(1);
    expect(ran.stderr.match(/^ {2}row /gm)).toHaveLength(100);
    expect(ran.stderr).toContain('700 of the rows do not fit');
    expect(ran.stderr).toContain('  and 600 more:\n  rows 102 to 701, birthday\n');
    expect(await count()).toBe(0);
  });

  test('references by id, by model/id and by title; a title that several records have is a fault', async () => {
    for (const login of ['sara', 'tom', 'ann'])
      await run('user', 'create', '--login', login, '--name', login === 'sara' ? 'Sara' : 'Twin');
    const users = JSON.parse((await run('user', 'list', '--json')).stdout) as { id: string; login: string }[];
    const id = users.find(({ login }) => login === 'sara')?.id;
    writeInto(
      folder,
      'a.json',
      JSON.stringify([
        { name: 'A', user_id: id },
        { name: 'B', user_id: `base.user/${id}` },
        { name: 'C', user_id: 'Sara' },
      ]),
    );
    expect((await importFile('a.json', '--resumable')).code).toBe(0);
    expect(await count({ kind: 'compare', field: 'user_id', operator: '=', value: id ?? '' })).toBe(3);
    writeInto(
      folder,
      'b.json',
      JSON.stringify([
        { name: 'D', user_id: 'Twin' },
        { name: 'E', id: 'x', password: 'y' },
        { name: 'F', user_id: 'Sara', Responsible: id },
      ]),
    );
    const ran = await importFile('b.json', '--resumable');
    expect(ran.stderr).toMatch(/row 1, user_id: Several records of base\.user have this title/);
    expect(ran.stderr).toMatch(/row 2, id: .*leave the column out/);
    expect(ran.stderr).toMatch(/row 3, Responsible: The record has this field under another name/);
    expect(ran.stderr).toMatch(/row 2, password: crm\.contact has no field/);
  });

  test(`${verifies('CLI-1')} all or nothing where the store can, and a refusal that says what to do where it cannot`, async () => {
    writeInto(folder, 'a.csv', contacts(1200));
    const canWriteTogether = await stored(async app => app.runtime.store.capabilities.transactions);
    const dry = await importFile('a.csv', '--dry-run');
    expect(JSON.parse(dry.stdout)).toMatchObject({ rows: 1200, stored: 0, found: 0, dryRun: true });
    expect(await count()).toBe(0);
    const ran = await importFile('a.csv');
    if (canWriteTogether) {
      expect(JSON.parse(ran.stdout)).toMatchObject({ rows: 1200, stored: 1200, found: 0 });
      expect(await count()).toBe(1200);
      expect(JSON.parse((await importFile('a.csv')).stdout)).toMatchObject({ rows: 1200, stored: 0, found: 1200 });
      expect(await count()).toBe(1200);
    } else {
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toMatch(/STORE_NO_TRANSACTIONS: .*--resumable/);
      expect(await count()).toBe(0);
    }
  });

  test(`${verifies('CLI-1')} killed again and again, a resumable import goes on where it stopped and stores no row twice`, async () => {
    const rows = 6000;
    writeInto(folder, 'a.csv', contacts(rows));
    let present = 0;
    // On a busy machine the first kills may come before anything is stored: each waits longer than the one before.
    for (let attempt = 0; attempt < 3 || present === 0; attempt += 1) {
      const child = startCommand(['import', 'a.csv', '--model', 'crm.contact', '--resumable'], { folder, env });
      const exited = exitOf(child);
      let said = '';
      for await (const piece of child.stderr ?? []) {
        said += piece;
        if (said.includes('Storing')) break;
      }
      await setTimeout(100 + attempt * 150);
      child.kill('SIGKILL');
      await exited;
      const now = await count();
      expect(now).toBeGreaterThanOrEqual(present);
      present = now;
    }
    const last = JSON.parse((await importFile('a.csv', '--resumable')).stdout);
    expect(last).toMatchObject({ rows, stored: rows - last.found });
    // What a killed process had sent to a database server may be stored after its end.
    expect(last.found).toBeGreaterThanOrEqual(present);
    expect(await count()).toBe(rows);
  });

  test('with --user the rights are that user’s', async () => {
    await run('user', 'create', '--login', 'sara', '--groups', 'staff');
    await run('user', 'create', '--login', 'tom');
    writeInto(folder, 'a.csv', 'name\nA\n');
    const stranger = await importFile('a.csv', '--resumable', '--user', 'tom');
    expect(stranger.stderr).toMatch(/MODEL_NOT_AVAILABLE/);
    const misspelt = await run('import', 'a.csv', '--model', 'crm.contakt');
    expect(misspelt.stderr).toMatch(
      /^MODEL_UNKNOWN: There is no model crm\.contakt\. Did you mean crm\.contact\?\ngatehouse model list/,
    );
    const unknown = await importFile('a.csv', '--resumable', '--user', 'nobody');
    expect(unknown.stderr).toMatch(/USER_UNKNOWN: There is no user nobody/);
    const outOfReach = await importFile('a.csv', '--resumable', '--user', 'sara');
    expect(outOfReach.stderr).toMatch(/row 2: .*out of your reach/);
    expect([stranger.code, unknown.code, outOfReach.code]).toEqual([1, 1, 1]);
    expect(await count()).toBe(0);
    const users = JSON.parse((await run('user', 'list', '--json')).stdout) as { id: string; login: string }[];
    const config = readFileSync(join(folder, 'mcp.config.ts'), 'utf8');
    writeInto(folder, 'mcp.config.ts', config.replace("[['user_id', '=', { user: 'id' }]]", '[]'));
    expect(users).toHaveLength(2);
    expect((await importFile('a.csv', '--resumable', '--user', 'sara')).code).toBe(0);
    const [record] = await stored(app => app.runtime.store.find({ model: 'crm.contact', where: always }));
    expect(record?.createdBy).toBe('sara');
  });

  test.each([
    ['security.audit-entry', /made by Gatehouse alone/],
    ['crm.contct', /Did you mean crm\.contact\?/],
  ])('%s cannot be imported', async (model, message) => {
    writeInto(folder, 'a.csv', 'name\nA\n');
    const ran = await run('import', 'a.csv', '--model', model);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
  });
});
