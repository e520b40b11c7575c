import type { Command } from 'commander';
import { always, type CommandContext, equals, facts, type Row, type Runtime, table } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';
import { idList, loadUser } from '../load-user.ts';
import { listOf } from './list-of.ts';
import { plainIdOf } from './plain-id.ts';
import { requireGroups } from './require-groups.ts';
import { registerPasswordCommand } from './user-password.ts';
import { registerTotpCommands } from './user-totp.ts';

interface CreateOptions {
  readonly login: string;
  readonly name?: string;
  readonly email?: string;
  readonly timeZone?: string;
  readonly groups?: string;
  readonly json?: boolean;
}

/** `user create|list|show|disable|enable|groups|set-password|totp`. */
export function registerUserCommands(program: Command, context: CommandContext): void {
  const user = program.command('user').description('Users: create, list, disable, put into groups');
  registerCreate(user, context);
  registerList(user, context);
  registerShow(user, context);
  registerDisableAndEnable(user, context);
  registerGroups(user, context);
  registerPasswordCommand(user, context);
  registerTotpCommands(user, context);
}

function registerCreate(user: Command, context: CommandContext): void {
  user
    .command('create')
    .description('A new user; credentials are made separately (key create)')
    .requiredOption('--login <login>', 'what the user is called in commands and logs')
    .option('--name <name>', 'full name; default the login')
    .option('--email <address>', 'where notices go')
    .option('--time-zone <zone>', 'IANA name, such as Europe/Berlin; default UTC')
    .option('--groups <names>', 'groups, comma-separated')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const runtime = await context.runtime();
      const values = {
        login: options.login,
        name: options.name ?? options.login,
        email: options.email ?? null,
        ...(options.timeZone !== undefined && { time_zone: options.timeZone }),
        groups: await requireGroups(runtime, listOf(options.groups)),
      };
      const [created] = await runtime.system('user create').of('base.user').create([values]);
      const output = { id: plainIdOf(created), login: options.login };
      context.print({ json: output, text: `User ${options.login} created.` }, options);
    });
}

function registerList(user: Command, context: CommandContext): void {
  user
    .command('list')
    .description('All users')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const rows = await runtime.store.find({
        model: 'base.user',
        where: always,
        order: [{ field: 'login', descending: false }],
      });
      const groups = await groupNames(runtime);
      const users = rows.map(row => ({
        id: row.id,
        login: String(row.login),
        name: String(row.name),
        active: row.active === true,
        groups: idList(row.groups).flatMap(id => groups.get(id) ?? []),
      }));
      const lines = users.map(({ login, name, active, groups: names }) => [
        login,
        name,
        names,
        active ? '' : 'disabled',
      ]);
      const text = lines.length > 0 ? table(['LOGIN', 'NAME', 'GROUPS', ''], lines) : 'No users.';
      context.print({ json: users, text }, options);
    });
}

function registerShow(user: Command, context: CommandContext): void {
  user
    .command('show <login>')
    .description('One user, with all groups, implied ones included')
    .option('--json', 'print JSON')
    .action(async (login: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const row = await requireRow(runtime, login);
      const loaded = await loadUser(runtime, row.id);
      const shown = {
        id: row.id,
        login,
        name: String(row.name),
        email: loaded?.email ?? null,
        timeZone: String(row.time_zone),
        active: row.active === true,
        groups: [...(loaded?.groups ?? [])].sort(),
      };
      context.print({ json: shown, text: facts(shown) }, options);
    });
}

function registerDisableAndEnable(user: Command, context: CommandContext): void {
  for (const [name, active, done] of [
    ['disable', false, 'disabled: none of its credentials works'],
    ['enable', true, 'enabled'],
  ] as const) {
    user
      .command(`${name} <login>`)
      .description(active ? 'Lets a disabled user in again' : 'Shuts a user out, with all credentials')
      .option('--json', 'print JSON')
      .action(async (login: string, options: { json?: boolean }) => {
        const runtime = await context.runtime();
        const { id } = await requireRow(runtime, login);
        await runtime.system(`user ${name}`).of('base.user').write([id], { active });
        context.print({ json: { id, login, active }, text: `User ${login} ${done}.` }, options);
      });
  }
}

function registerGroups(user: Command, context: CommandContext): void {
  user
    .command('groups <login>')
    .description('Puts a user into groups and takes it out of others')
    .option('--add <names>', 'groups, comma-separated')
    .option('--remove <names>', 'groups, comma-separated')
    .option('--json', 'print JSON')
    .action(async (login: string, options: { add?: string; remove?: string; json?: boolean }) => {
      const runtime = await context.runtime();
      const row = await requireRow(runtime, login);
      const added = await requireGroups(runtime, listOf(options.add));
      const removed = new Set(await requireGroups(runtime, listOf(options.remove)));
      const groups = [...new Set([...idList(row.groups), ...added])].filter(id => !removed.has(id));
      if (added.length > 0 || removed.size > 0) {
        const versions = { [row.id]: row.version };
        await runtime.system('user groups').of('base.user').write([row.id], { groups }, { versions });
      }
      const names = await groupNames(runtime);
      const output = groups.flatMap(id => names.get(id) ?? []).sort();
      context.print(
        { json: { id: row.id, login, groups: output }, text: `${login}: ${output.join(', ') || 'no groups'}` },
        options,
      );
    });
}

async function requireRow(runtime: Runtime, login: string): Promise<Row> {
  const [row] = await runtime.store.find({ model: 'base.user', where: equals('login', login), limit: 1 });
  if (!row) throw baseErrors.USER_NOT_FOUND({ message: `There is no user ${login}.` });
  return row;
}

async function groupNames(runtime: Runtime): Promise<Map<string, string>> {
  const rows = await runtime.store.find({ model: 'base.group', where: always, fields: ['name'] });
  return new Map(rows.map(({ id, name }) => [id, String(name)]));
}
