import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildCompany } from '../../../plugins/demo/company/build-company.ts';
import { userIds } from '../../../plugins/demo/company/users.ts';
import { installation } from '../../../plugins/demo/models/installation.ts';
import { always, equals, type Store } from '../../../src/index.ts';
import { bootDemoHost } from '../../support/demo-host.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';

const company = buildCompany(new Map());
const expectedCounts = Object.fromEntries([...company].map(([model, rows]) => [model, rows.length]));
const killedInstallation = join(import.meta.dirname, '..', '..', 'support', 'killed-installation.ts');

async function counts(store: Store): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const model of company.keys()) counted[model] = await store.count({ model, where: always });
  return counted;
}

function sum(values: Record<string, number>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

describeOnStores('the demo company is installed', open => {
  let place: TestStore;
  const stops: (() => Promise<void>)[] = [];

  async function host(onStep?: (done: number) => void) {
    const started = await bootDemoHost({ location: place.location, ...(onStep && { onStep }) });
    stops.push(() => started.app.stop());
    return { ...started, store: started.app.runtime.store };
  }

  beforeEach(async () => {
    place = await open();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await place.drop();
  });

  test('in an empty store, completely, and once', async () => {
    const steps: number[] = [];
    const { store, install } = await host(done => steps.push(done));
    expect(await install()).toBe(true);
    expect(await counts(store)).toEqual(expectedCounts);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(sum(expectedCounts));
    expect(await install()).toBe(false);
    expect(await counts(store)).toEqual(expectedCounts);
  });

  test('as its generator made it', async () => {
    const { store, install } = await host();
    await install();
    for (const [model, rows] of company) {
      if (model === 'base.user') continue;
      const stored = new Map((await store.find({ model, where: always })).map(row => [row.id, row]));
      expect(rows.filter(row => !isPartOf(row, stored.get(row.id)))).toEqual([]);
    }
    const [sara] = await store.find({ model: 'base.user', where: equals('id', userIds.sara) });
    const [sales] = await store.find({ model: 'base.group', where: equals('name', 'sales') });
    expect(sara).toMatchObject({ login: 'sara', groups: [sales?.id] });
  });

  test.each([1, 900, 3000, 5000])('killed at record %i, the next start completes it', async record => {
    const killed = spawnSync(process.execPath, [killedInstallation, place.location, String(record)], {
      encoding: 'utf8',
    });
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    const { store, install } = await host();
    expect(await store.find({ model: installation.name, where: always })).toMatchObject([{ state: 'running' }]);
    expect(sum(await counts(store))).toBeGreaterThanOrEqual(record);
    expect(await install()).toBe(true);
    expect(await counts(store)).toEqual(expectedCounts);
    expect(await install()).toBe(false);
  });

  test('by several processes that start at once, together', async () => {
    const first = await host();
    const second = await host();
    const completed = await Promise.all([first.install(), second.install()]);
    expect(completed.filter(Boolean)).toHaveLength(1);
    expect(await counts(first.store)).toEqual(expectedCounts);
  });

  test('not again when its records were deleted', async () => {
    const { store, install } = await host();
    await install();
    await store.write([{ kind: 'remove', model: 'hr.employee', where: always }], { atomic: false });
    expect(await install()).toBe(false);
    expect(await store.count({ model: 'hr.employee', where: always })).toBe(0);
  });

  test.each(['base.user', 'crm.tag', 'base.group'])('not in a store that holds a record of %s', async model => {
    const { store, app, install } = await host();
    const name = 'somebody else';
    const values = { 'base.user': { login: 'x', name }, 'crm.tag': { name }, 'base.group': { name, label: name } }[
      model
    ];
    await app.runtime
      .system('test')
      .of(model)
      .create([values ?? {}]);
    expect(await install()).toBe(false);
    expect(sum(await counts(store))).toBe(model === 'base.group' ? 0 : 1);
    expect(await store.count({ model: installation.name, where: always })).toBe(0);
  });

  test('a failure that is nobody else at work is not taken for one', async () => {
    const { store, app, install } = await host();
    await app.runtime.store.write(
      [
        { kind: 'insert', model: installation.name, row: { id: 'f'.repeat(24), state: 'running', ...stamp } },
        { kind: 'insert', model: 'crm.tag', row: { id: 'e'.repeat(24), name: 'VIP', ...stamp } },
      ],
      { atomic: false },
    );
    await expect(install()).rejects.toMatchObject({ code: 'VALUE_NOT_UNIQUE' });
    expect(await store.count({ model: 'hr.employee', where: always })).toBe(0);
  });
});

const stamp = { createdAt: null, createdBy: null, updatedAt: null, updatedBy: null };

function isPartOf(part: object, whole: object | undefined): boolean {
  const values: Readonly<Record<string, unknown>> = { ...whole };
  return Object.entries(part).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value));
}
