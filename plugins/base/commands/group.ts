import type { Command } from 'commander';
import {
  always,
  type CommandContext,
  type Condition,
  equals,
  facts,
  oneOf,
  type Row,
  type Runtime,
  table,
} from '../../../src/index.ts';
import { effectiveName } from '../access/group-names.ts';
import { idList } from '../load-user.ts';
import { listOf } from './list-of.ts';
import { plainIdOf } from './plain-id.ts';
import { requireGroups } from './require-groups.ts';

/** `group list`, `group show`, `group members`, `group create`. */
export function registerGroupCommands(program: Command, context: CommandContext): void {
  const group = program.command('group').description('Groups of users: list, look into, create');

  group
    .command('list')
    .description('All groups')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const groups = await describe(runtime, always);
      context.print({ json: groups, text: groups.length > 0 ? asTable(groups) : 'No groups.' }, options);
    });

  group
    .command('show <name>')
    .description('One group and what it implies')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      await requireGroups(runtime, [name]);
      for (const found of await describe(runtime, equals('name', name))) {
        context.print({ json: found, text: facts(found) }, options);
      }
    });

  group
    .command('members <name>')
    .description('The users that are in a group themselves; those of groups that imply it are listed there')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const ids = await requireGroups(runtime, [name]);
      const users = await runtime.store.find({
        model: 'base.user',
        where: { kind: 'has', field: 'groups', ids },
        order: [{ field: 'login', descending: false }],
      });
      const members = users.map(({ id, login, name: fullName, active }) => ({
        id,
        login: String(login),
        name: String(fullName),
        active: active === true,
      }));
      const rows = members.map(({ login, name: fullName, active }) => [login, fullName, active ? '' : 'disabled']);
      const text = rows.length > 0 ? table(['LOGIN', 'NAME', ''], rows) : 'No members.';
      context.print({ json: members, text }, options);
    });

  group
    .command('create')
    .description('A group beside those of the config file')
    .requiredOption('--name <name>', 'what policies call it')
    .option('--label <label>', 'what people call it; default the name')
    .option('--implies <names>', 'groups that its members are in as well, comma-separated')
    .option('--json', 'print JSON')
    .action(async (options: { name: string; label?: string; implies?: string; json?: boolean }) => {
      const runtime = await context.runtime();
      const implies = await requireGroups(runtime, listOf(options.implies));
      const values = { name: options.name, label: options.label ?? options.name, implies };
      const [created] = await runtime.system('group create').of('base.group').create([values]);
      const output = { id: plainIdOf(created), name: options.name };
      context.print({ json: output, text: `Group ${options.name} created.` }, options);
    });
}

interface DescribedGroup {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly implies: readonly string[];
  readonly source: string;
  /** False for one that the config file had and has no more: it gives no rights. */
  readonly inForce: boolean;
  readonly [key: string]: string | boolean | readonly string[];
}

async function describe(runtime: Runtime, where: Condition): Promise<DescribedGroup[]> {
  const { groups } = runtime.policies();
  const rows = await runtime.store.find({
    model: 'base.group',
    where,
    order: [{ field: 'name', descending: false }],
  });
  const names = new Map<string, Row>();
  const implied = rows.flatMap(row => idList(row.implies));
  const targets = await runtime.store.find({
    model: 'base.group',
    where: oneOf('id', implied),
  });
  for (const row of targets) names.set(row.id, row);
  return rows.map(row => ({
    id: row.id,
    name: String(row.name),
    label: String(row.label),
    implies:
      row.source === 'config'
        ? (groups[String(row.name)]?.implies ?? [])
        : idList(row.implies).flatMap(id => String(names.get(id)?.name ?? [])),
    source: String(row.source),
    inForce: effectiveName(row, groups) !== undefined,
  }));
}

function asTable(groups: readonly DescribedGroup[]): string {
  const rows = groups.map(({ name, label, implies, inForce }) => [
    name,
    label,
    implies,
    inForce ? '' : 'not in the config file any more: without effect',
  ]);
  return table(['NAME', 'LABEL', 'IMPLIES', ''], rows);
}
