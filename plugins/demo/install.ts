import { all, always, equals, not, type Runtime } from '../../src/index.ts';
import { buildCompany } from './company/build-company.ts';
import { type DemoRow, demoId } from './company/row.ts';
import { insertMissing } from './insert-missing.ts';
import { installation } from './models/installation.ts';

const markerId = demoId(installation.name, 1);

/**
 * Installs the demo company; answers whether this run completed it.
 *
 *   no marker, store empty   → marker `running` → records → marker `done`
 *   marker `running`         → an earlier start was cut short: what is missing is added → `done`
 *   marker `done`            → nothing: what was deleted since stays deleted
 *   no marker, other data    → nothing: the store belongs to somebody else
 *
 * Ids are fixed, so it can be told what is missing, and processes that start at once make one company together.
 */
export async function installDemo(runtime: Runtime): Promise<boolean> {
  const { store, terminal } = runtime;
  const [marker] = await store.find({ model: installation.name, where: always });
  if (marker?.state === 'done') return false;
  if (!marker && (await holdsData(runtime))) return false;

  const groups = await store.find({ model: 'base.group', where: always, fields: ['name'] });
  const company = buildCompany(new Map(groups.map(({ id, name }) => [String(name), id])));
  const total = company.values().reduce((sum, rows) => sum + rows.length, 0);
  const progress = terminal.progress('Installing the demo company', total);
  await insert({ runtime, model: installation.name, rows: [{ id: markerId, state: 'running' }] });
  let before = 0;
  for (const [model, rows] of company) {
    await insert({ runtime, model, rows, onProgress: present => progress.step(before + present) });
    before += rows.length;
  }
  const [completed] = await store.write([
    {
      kind: 'update',
      model: installation.name,
      where: all(equals('id', markerId), equals('state', 'running')),
      set: { state: 'done' },
    },
  ]);
  progress.end();
  return completed?.matched === 1;
}

async function insert(input: {
  runtime: Runtime;
  model: string;
  rows: readonly DemoRow[];
  onProgress?: (present: number) => void;
}): Promise<void> {
  const { runtime, rows, onProgress = () => {} } = input;
  const model = runtime.registry.get(input.model)?.stored;
  if (!model) throw new Error(`the demo has records of ${input.model}, which is no model`);
  await insertMissing({ store: runtime.store, model, rows, onProgress });
}

/**
 * Whether there is a record of any kind, but for the groups that the config file itself has brought and for what the
 * server notes about its own work.
 */
async function holdsData({ registry, store }: Runtime): Promise<boolean> {
  for (const { name } of registry.all()) {
    if (name.startsWith('gatehouse.')) continue;
    const where = name === 'base.group' ? not(equals('source', 'config')) : always;
    if ((await store.find({ model: name, where, fields: [], limit: 1 })).length > 0) return true;
  }
  return false;
}
