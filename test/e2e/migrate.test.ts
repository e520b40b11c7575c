import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { starterFiles } from '../../src/cli/starter-files.ts';
import { always, equals } from '../../src/store/condition.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store, StoredModel, WriteOperation } from '../../src/store/port.ts';
import { verifies } from '../requirements.ts';
import { exitOf, type Ran, runCommand, startCommand } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { callTool } from '../support/raw-client.ts';
import { exampleWith, startGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, sqliteStore, type TestStore } from '../support/stores.ts';

// Processes are started one after the other, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

const root = join(import.meta.dirname, '..', '..');

interface Result {
  readonly isEqual: boolean;
  readonly models: readonly {
    model: string;
    copied: number;
    source: { rows: number; sha256: string };
    target: { rows: number; sha256: string };
    difference: { id: string; kind: string } | null;
  }[];
}

/** As much of the starter's contact as is written here. */
const contact: StoredModel = {
  name: 'crm.contact',
  fields: ['name', 'email'].map(name => {
    return { name, type: 'string', index: true, unique: false, searchable: false, folded: false };
  }),
  indexes: [],
  watched: false,
};

describeOnStores('migrate from SQLite', open => {
  let source: TestStore;
  let target: TestStore;

  beforeEach(async () => {
    source = await sqliteStore();
    target = await open();
  });

  afterEach(async () => {
    await source.drop();
    await target.drop();
  });

  function migrate(folder: string, ...options: string[]): Promise<Ran> {
    return runCommand(['migrate', '--from', source.location, '--to', target.location, '--json', ...options], {
      folder,
    });
  }

  async function inStore<T>(of: TestStore, work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ location: of.location, folder: '/', now: Date.now, queryTimeLimit: 10_000 });
    try {
      await store.open([contact]);
      return await work(store);
    } finally {
      await store.close();
    }
  }

  const contacts = (of: TestStore) => inStore(of, store => store.count({ model: contact.name, where: always }));

  function addContacts(of: TestStore, { from, count }: { from: number; count: number }): Promise<unknown> {
    const rows = Array.from({ length: count }, (_, index): WriteOperation => {
      const id = idOf(from + index);
      return { kind: 'insert', model: contact.name, row: { id, name: `Person ${index}`, email: `${id}@example.com` } };
    });
    return inStore(of, store => store.write(rows, { atomic: false }));
  }

  test(`${verifies('STORE-4')} the demo company moves whole: keys work, the audit log proves itself, all is equal`, async () => {
    const before = await startGatehouse({ config: exampleWith(source) });
    const key = await keyOf(before, 'admin');
    for (let call = 0; call < 20; call += 1) await callTool(before.url, 'list_models', {}, { key });
    const entries = (await auditOf(before)).length;
    await before.stop();

    const ran = await migrate(root);
    expect(ran.stderr).toMatch(/Copying/);
    const result = JSON.parse(ran.stdout) as Result;
    expect(result.models.filter(({ difference }) => difference)).toEqual([]);
    expect(result).toMatchObject({ isEqual: true });
    for (const { copied, source: from, target: to } of result.models) {
      expect(to).toEqual(from);
      expect(copied).toBe(from.rows);
    }
    const rows = (name: string) => result.models.find(({ model }) => model === name)?.target.rows ?? 0;
    expect(rows('crm.partner')).toBeGreaterThan(100);
    expect(rows('security.audit-entry')).toBeGreaterThanOrEqual(entries);
    for (const name of ['security.api-key-secret', 'security.audit-head', 'security.audit-tip', 'base.user']) {
      expect(rows(name)).toBeGreaterThan(0);
    }
    expect(ran.code).toBe(0);

    const verified = await runCommand(['audit', 'verify', '--json'], {
      folder: root,
      env: { GATEHOUSE_STORE: target.location },
    });
    expect(verified.code, verified.stderr).toBe(0);

    const after = await startGatehouse({ config: exampleWith(target) });
    const answer = await callTool(after.url, 'search', { model: 'crm.partner', limit: 1 }, { key });
    await after.stop();
    expect(answer.status).toBe(200);
  });

  describe('in a folder of one model', () => {
    let folder: string;

    beforeEach(() => {
      folder = makeFolder(starterFiles);
    });

    test(`${verifies('STORE-4')} killed again and again, it goes on where it stopped and copies no record twice`, async () => {
      const count = 12_000;
      for (let from = 1; from <= count; from += 2000) await addContacts(source, { from, count: 2000 });
      let present = 0;
      // On a busy machine the first kills may come before anything is copied: each waits longer than the one before.
      for (let attempt = 0; attempt < 3 || present === 0; attempt += 1) {
        const child = startCommand(['migrate', '--from', source.location, '--to', target.location], { folder });
        const exited = exitOf(child);
        let said = '';
        for await (const piece of child.stderr ?? []) {
          said += piece;
          if (said.includes('Copying')) break;
        }
        await setTimeout(50 + attempt * 100);
        child.kill('SIGKILL');
        await exited;
        const now = await contacts(target);
        expect(now).toBeGreaterThanOrEqual(present);
        present = now;
      }
      const last = JSON.parse((await migrate(folder)).stdout) as Result;
      const [moved] = last.models.filter(({ model }) => model === contact.name);
      expect(moved).toMatchObject({ difference: null, target: { rows: count } });
      // What a killed process had sent to a database server may be stored after its end.
      expect(moved?.copied).toBeLessThanOrEqual(count - present);
      expect(await contacts(target)).toBe(count);
      const again = JSON.parse((await migrate(folder)).stdout) as Result;
      expect(again.models.map(({ copied }) => copied)).toEqual(again.models.map(() => 0));
    });

    test(`${verifies('STORE-4')} a record that is altered, added or gone in the target is found`, async () => {
      await addContacts(source, { from: 1, count: 300 });
      expect((await migrate(folder)).code).toBe(0);
      expect((await migrate(folder, '--check')).code).toBe(0);

      const write = (operation: WriteOperation) => inStore(target, store => store.write([operation]));
      const model = contact.name;
      await write({ kind: 'remove', model, where: equals('id', idOf(42)) });
      const gone = await migrate(folder, '--check');
      expect(gone.code).toBe(1);
      expect(gone.stderr).toContain(`MIGRATION_NOT_EQUAL: 1 model is not equal. First: crm.contact ${idOf(42)} is not`);
      expect(difference(gone)).toEqual({ id: idOf(42), kind: 'missing' });

      // What is missing, the same command copies.
      expect((await migrate(folder)).code).toBe(0);
      await write({ kind: 'update', model, where: equals('id', idOf(77)), set: { name: 'Mallory' } });
      const altered = await migrate(folder, '--check');
      expect(altered.code).toBe(1);
      expect(difference(altered)).toEqual({ id: idOf(77), kind: 'altered' });
      const refused = await migrate(folder);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/MIGRATION_TARGET_IN_USE: .*holds other data: crm\.contact \w+4d is another/);
    });

    test(`${verifies('STORE-4')} a target with other data stays as it is`, async () => {
      await addContacts(source, { from: 1, count: 10 });
      await addContacts(target, { from: 100, count: 1 });
      const ran = await migrate(folder);
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toContain(`crm.contact ${idOf(100)} is in the target alone. Nothing was copied.`);
      expect(await contacts(target)).toBe(1);
    });

    test('a source that is not there, empty, or the target itself', async () => {
      const run = (from: string, to: string) => runCommand(['migrate', '--from', from, '--to', to], { folder });
      const missing = await run('sqlite:nowhere.db', target.location);
      expect(missing.stderr).toMatch(/MIGRATION_SOURCE_INVALID: There is no file \S+nowhere\.db/);
      const empty = await migrate(folder);
      // The store of the test makes the file when it is looked into.
      expect(empty.stderr).toMatch(/MIGRATION_SOURCE_INVALID: There is no file/);
      await inStore(source, async () => undefined);
      expect((await migrate(folder)).stderr).toMatch(/MIGRATION_SOURCE_INVALID: \S+ holds no records/);
      expect((await run(source.location, source.location)).stderr).toMatch(/is the target, too/);
      const faulty = await run(source.location, 'postgres://user:secret@host/db');
      expect(faulty.stderr).toMatch(/CONFIG_INVALID/);
      expect(faulty.stderr).not.toContain('secret');
      expect(missing.code).toBe(1);
    });

    test('and back again', async () => {
      await addContacts(source, { from: 1, count: 300 });
      expect((await migrate(folder)).code).toBe(0);
      const third = await sqliteStore();
      try {
        const back = ['migrate', '--from', target.location, '--to', third.location, '--json'];
        const ran = await runCommand(back, { folder });
        expect(JSON.parse(ran.stdout)).toMatchObject({ isEqual: true });
        expect(await contacts(third)).toBe(300);
      } finally {
        await third.drop();
      }
    });
  });
});

function idOf(number: number): string {
  return number.toString(16).padStart(24, '0');
}

function difference({ stdout }: Ran): unknown {
  return (JSON.parse(stdout) as Result).models.find(({ model }) => model === contact.name)?.difference;
}
