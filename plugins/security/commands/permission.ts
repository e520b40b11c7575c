import type { Command } from 'commander';
import { always, type CommandContext, equals, type Row, type Runtime, table } from '../../../src/index.ts';
import { granted, idList, listOf, plainIdOf, requireGroups } from '../../base/plugin.ts';
import { securityErrors } from '../errors.ts';

interface AddOptions {
  readonly model: string;
  readonly read?: boolean;
  readonly write?: boolean;
  readonly create?: boolean;
  readonly delete?: boolean;
  readonly groups?: string;
  readonly json?: boolean;
}

/** `permission list|add|remove`. */
export function registerPermissionCommands(program: Command, context: CommandContext): void {
  const permission = program
    .command('permission')
    .description('What AI clients may reach at all, beside the permissions of the config file');

  permission
    .command('list')
    .description('All permissions, of config and store')
    .option('--model <model>', 'only for this model')
    .option('--json', 'print JSON')
    .action(async (options: { model?: string; json?: boolean }) => {
      const runtime = await context.runtime();
      const all = await listPermissions(runtime);
      const shown = all.filter(({ model }) => options.model === undefined || model === options.model);
      // A permission may be left of a model that is gone.
      if (options.model !== undefined && shown.length === 0) requireModel(runtime, options.model);
      context.print({ json: shown, text: shown.length > 0 ? asTable(shown) : 'No permissions.' }, options);
    });

  permission
    .command('add')
    .description('Lets AI clients reach a model; their users need group access all the same')
    .requiredOption('--model <model>', 'the model')
    .option('--read', 'search and read')
    .option('--write', 'change')
    .option('--create', 'make new ones')
    .option('--delete', 'delete')
    .option('--groups <groups>', 'only for these groups, comma-separated; default: everyone')
    .option('--json', 'print JSON')
    .action(async (options: AddOptions) => {
      const runtime = await context.runtime();
      const { model, read = false, write = false, create = false, delete: remove = false } = options;
      requireModel(runtime, model);
      const names = listOf(options.groups);
      if (options.groups !== undefined && names.length === 0) {
        throw securityErrors.PERMISSION_INVALID({ message: '--groups: expected at least one group.' });
      }
      const operations = { read, write, create, delete: remove };
      if (granted(operations).length === 0) {
        throw securityErrors.PERMISSION_INVALID({
          message: 'Say what is allowed: --read, --write, --create, --delete.',
        });
      }
      const groups = await requireGroups(runtime, names);
      const values = { model, everyone: names.length === 0, groups, ...operations };
      const [made] = await runtime.system('permission add').of('security.permission').create([values]);
      const output = { id: plainIdOf(made), model, groups: names, operations: granted(operations), source: 'stored' };
      context.print({ json: output, text: `Permission ${output.id} added.` }, options);
    });

  permission
    .command('remove <id>')
    .description('Takes a permission out of the store, by its id')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const found = await runtime.store.find({ model: 'security.permission', where: equals('id', id), limit: 1 });
      if (found.length === 0) throw securityErrors.PERMISSION_NOT_FOUND({ message: `There is no permission ${id}.` });
      await runtime.system('permission remove').of('security.permission').delete([id]);
      context.print({ json: { id, removed: true }, text: `Permission ${id} removed.` }, options);
    });
}

function requireModel({ registry }: Runtime, model: string): void {
  if (!registry.get(model)) throw securityErrors.PERMISSION_INVALID({ message: `There is no model ${model}.` });
}

interface Described {
  readonly id: string | null;
  readonly model: string;
  /** Empty: everyone; null: nobody any more. */
  readonly groups: readonly string[] | null;
  readonly operations: readonly string[];
  readonly source: string;
  readonly [key: string]: string | null | readonly string[];
}

async function listPermissions(runtime: Runtime): Promise<Described[]> {
  const { store } = runtime;
  const groups = await store.find({ model: 'base.group', where: always, fields: ['name'] });
  const names = new Map(groups.map(({ id, name }) => [id, String(name)]));
  const rows = await store.find({ model: 'security.permission', where: always });
  const described = (row: Row): Described => {
    const named = idList(row.groups).flatMap(id => names.get(id) ?? []);
    return {
      id: row.id,
      model: String(row.model),
      groups: row.everyone === true ? [] : named.length > 0 ? named : null,
      operations: granted(row),
      source: 'stored',
    };
  };
  const configured = runtime.policies().permissions.map(
    (entry): Described => ({
      id: null,
      model: entry.model,
      groups: entry.groups ?? [],
      operations: granted(entry),
      source: 'config',
    }),
  );
  return [...configured, ...rows.map(described)].sort((a, b) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0));
}

function asTable(entries: readonly Described[]): string {
  const rows = entries.map(({ id, model, operations, groups, source }) => {
    const whom = groups === null ? 'nobody' : groups.length > 0 ? groups : 'everyone';
    return [id ?? source, model, operations, whom];
  });
  return table(['ID', 'MODEL', 'ALLOWED', 'GROUPS'], rows);
}
