import type { Command } from 'commander';
import { always, type CommandContext, equals, facts, type Operation, type Runtime } from '../../../src/index.ts';
import { listOf, requirePrincipal, requireUser } from '../../base/plugin.ts';
import { securityErrors } from '../errors.ts';
import { createKey } from '../keys/create-key.ts';
import { regenerateKey, requireKey, revokeKey } from '../keys/end-key.ts';
import { revokeKeyAs } from '../keys/revoke-as.ts';
import { describeKeys, keyTable } from './key-listing.ts';
import { collect, momentOf } from './options.ts';

interface CreateOptions {
  readonly name: string;
  readonly user: string;
  readonly scopes?: string;
  readonly allScopes?: boolean;
  readonly models?: string;
  readonly fields?: readonly string[];
  readonly allowIp?: readonly string[];
  readonly denyIp?: readonly string[];
  readonly rate?: string;
  readonly recordsPerDay?: string;
  readonly maxSessions?: string;
  readonly sessionIdle?: string;
  readonly sessionMax?: string;
  readonly expires?: string;
  readonly rotation: boolean;
  readonly hours?: string;
  readonly json?: boolean;
}

/** `key create|list|show|revoke|regenerate`. */
export function registerKeyCommands(program: Command, context: CommandContext): void {
  const key = program.command('key').description('API keys: create, list, revoke, regenerate');

  key
    .command('create')
    .description('A new key; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--user <login>', 'whom it stands for')
    .option('--scopes <scopes>', 'read, write, create, delete; comma-separated')
    .option('--all-scopes', 'every scope; has to be said')
    .option('--models <models>', 'only these models, comma-separated')
    .option('--fields <model=fields>', "only these fields, such as 'crm.partner=name,city'; repeatable", collect)
    .option('--allow-ip <CIDR>', 'only from there; repeatable', collect)
    .option('--deny-ip <CIDR>', 'not from there; repeatable', collect)
    .option('--rate <calls>', 'calls a minute; default as the settings say')
    .option('--records-per-day <number>', 'records that it may read a day (UTC); default as the settings say')
    .option('--max-sessions <number>', 'sessions at a time; default as the settings say')
    .option(
      '--session-idle <minutes>',
      'minutes without a call after which a session ends; default as the settings say',
    )
    .option('--session-max <minutes>', 'minutes after which a session ends in any case; default as the settings say')
    .option('--expires <when>', 'a date, or from now: 90d, 12h')
    .option('--no-rotation', 'no successor is made by itself before it expires')
    .option('--hours <hours>', "such as 'mon-fri 08:00-18:00', in the user's time zone")
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const runtime = await context.runtime();
      const created = await createKey({ runtime, ...readOptions(options, runtime.now()) });
      const shown = await describeKeys(runtime, [await requireKey(runtime, created.id)]);
      const json = { id: created.id, prefix: created.prefix, key: created.key, ...shown[0] };
      const text = `${created.key}\n\nThis is the only time that the key is shown.`;
      context.print({ json, text }, options);
    });

  key
    .command('list')
    .description('All keys, without their secrets')
    .option('--user <login>', 'only of this user')
    .option('--json', 'print JSON')
    .action(async (options: { user?: string; json?: boolean }) => {
      const runtime = await context.runtime();
      const { user } = options;
      const rows = await runtime.store.find({
        model: 'security.api-key',
        where: user === undefined ? always : equals('user', (await requireUser(runtime, user)).user.id),
        order: [{ field: 'name', descending: false }],
      });
      const keys = await describeKeys(runtime, rows);
      context.print({ json: keys, text: keys.length > 0 ? keyTable(keys) : 'No keys.' }, options);
    });

  key
    .command('show <key>')
    .description('One key, by prefix, id or name')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      for (const shown of await describeKeys(runtime, [await requireKey(runtime, reference)])) {
        context.print({ json: shown, text: facts(shown) }, options);
      }
    });

  key
    .command('revoke <key>')
    .description('Ends a key for good')
    .option('--reason <text>', 'kept with the key', 'revoked on the command line')
    .option('--user <login>', 'with the rights of this user, by prefix or id; default: of the operator')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { reason: string; user?: string; json?: boolean }) => {
      const runtime = await context.runtime();
      const { id, prefix } = await revoke({ runtime, reference, ...options });
      context.print({ json: { id, prefix, revoked: true }, text: `Key ${prefix} is revoked.` }, options);
    });

  key
    .command('regenerate <key>')
    .description('A new secret with the same settings; the old one ends at once')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const created = await regenerateKey({ runtime, row: await requireKey(runtime, reference) });
      const text = `${created.key}\n\nThis is the only time that the key is shown. The old one is refused from now on.`;
      context.print({ json: { ...created }, text }, options);
    });
}

async function revoke(input: { runtime: Runtime; reference: string; reason: string; user?: string }) {
  const { runtime, reference, reason, user } = input;
  if (user !== undefined) {
    const env = runtime.env(await requirePrincipal(runtime, user));
    return revokeKeyAs({ runtime, env, reference, reason });
  }
  const { id, prefix } = await requireKey(runtime, reference);
  await revokeKey({ runtime, id, reason });
  return { id, prefix: String(prefix) };
}

function readOptions(options: CreateOptions, now: number) {
  if (options.allScopes && options.scopes) {
    throw securityErrors.KEY_INVALID({ message: 'Either --scopes or --all-scopes, not both.' });
  }
  if (!options.allScopes && !options.scopes) {
    throw securityErrors.KEY_INVALID({
      message: 'Name the scopes (--scopes read,write), or ask for all of them (--all-scopes).',
    });
  }
  const expiresAt = options.expires === undefined ? undefined : momentOf(options.expires, now);
  if (options.expires !== undefined && !expiresAt) {
    throw securityErrors.KEY_INVALID({
      message: `--expires: expected a date or such as 90d, not "${options.expires}".`,
    });
  }
  return {
    name: options.name,
    user: options.user,
    scopes: options.allScopes ? ('all' as const) : (listOf(options.scopes) as Operation[]),
    ...(options.models !== undefined && { models: required('models', listOf(options.models)) }),
    ...(options.fields && { fields: fieldLists(options.fields) }),
    ...(options.allowIp && { allow: required('allow-ip', options.allowIp.flatMap(listOf)) }),
    ...(options.denyIp && { deny: required('deny-ip', options.denyIp.flatMap(listOf)) }),
    ...(options.hours !== undefined && { hours: options.hours }),
    ...(options.rate !== undefined && { rate: wholeNumber('rate', options.rate) }),
    ...(options.recordsPerDay !== undefined && {
      recordsPerDay: wholeNumber('records-per-day', options.recordsPerDay),
    }),
    ...(options.maxSessions !== undefined && { maxSessions: wholeNumber('max-sessions', options.maxSessions) }),
    ...(options.sessionIdle !== undefined && { sessionIdleMinutes: wholeNumber('session-idle', options.sessionIdle) }),
    ...(options.sessionMax !== undefined && { sessionMaxMinutes: wholeNumber('session-max', options.sessionMax) }),
    ...(expiresAt && { expiresAt }),
    noRotation: !options.rotation,
  };
}

/** An option that was given says something: an empty limit must not become no limit. */
function required(name: string, list: string[]): string[] {
  if (list.length > 0) return list;
  throw securityErrors.KEY_INVALID({ message: `--${name}: expected at least one.` });
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw securityErrors.KEY_INVALID({ message: `--${name}: expected a whole number from 1, not "${text}".` });
}

function fieldLists(options: readonly string[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const option of options) {
    const [model = '', names, ...rest] = option.split('=');
    if (names === undefined || rest.length > 0) {
      throw securityErrors.KEY_INVALID({ message: `--fields: expected model=field,field, not "${option}".` });
    }
    lists[model.trim()] = [...(lists[model.trim()] ?? []), ...required('fields', listOf(names))];
  }
  return lists;
}
