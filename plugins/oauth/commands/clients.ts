import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  all,
  type CommandContext,
  equals,
  type Json,
  oneOf,
  type Row,
  type Runtime,
  table,
} from '../../../src/index.ts';
import { listOf } from '../../base/plugin.ts';
import { createService } from '../clients/create-service.ts';
import { oauthErrors } from '../errors.ts';
import { client } from '../models/client.ts';
import { loginsOf } from './logins-of.ts';

interface ListOptions {
  readonly kind?: string;
  readonly ended?: boolean;
  readonly json?: boolean;
}

interface CreateOptions {
  readonly name: string;
  readonly grant: string;
  readonly user: string;
  readonly scopes: string;
  readonly secret?: boolean;
  readonly jwks?: string;
  readonly json?: boolean;
}

/** `oauth clients` and `oauth client create`. */
export function registerClientCommands({ oauth, context }: { oauth: Command; context: CommandContext }): void {
  oauth
    .command('clients')
    .description('Clients that are known: apps that made themselves known, and services')
    .option('--kind <kind>', `only ${kinds().join(', ')}`)
    .option('--ended', 'also those that have ended')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const runtime = await context.runtime();
      const where = all(
        ...(options.kind === undefined ? [] : [equals('kind', kindOf(options.kind))]),
        ...(options.ended ? [] : [equals('ended_at', null)]),
      );
      const order = [{ field: 'name', descending: false }];
      const shown = await describe(runtime, await runtime.store.find({ model: client.name, where, order }));
      const text =
        shown.length > 0 ? table(['CLIENT', 'NAME', 'KIND', 'USER', 'STATE'], shown.map(cells)) : 'No clients.';
      context.print({ json: shown, text }, options);
    });

  oauth
    .command('client')
    .description('Services: clients without people')
    .command('create')
    .description('A new service, which acts as one user; its secret is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--user <login>', 'whom it acts as: it can never do more')
    .requiredOption('--scopes <scopes>', 'read, write, create, delete; comma-separated')
    .option('--grant <type>', 'how it gets tokens', 'client_credentials')
    .option('--secret', 'it authenticates with a secret that is made here')
    .option('--jwks <file>', 'it authenticates by signing with the keys whose public half is in this file (RFC 7517)')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const runtime = await context.runtime();
      const { name, user } = options;
      const credential = await credentialOf(options);
      if (options.grant !== 'client_credentials') {
        throw oauthErrors.CLIENT_INVALID({ message: `--grant: expected client_credentials, not "${options.grant}".` });
      }
      const made = await createService({ runtime, name, user, scopes: listOf(options.scopes), credential });
      const rows = await runtime.store.find({ model: client.name, where: equals('id', made.id) });
      const [shown] = await describe(runtime, rows);
      const text =
        made.secret === undefined
          ? `${made.clientId}\n\nIt authenticates with private_key_jwt.`
          : `${made.clientId}\n${made.secret}\n\nThis is the only time that the secret is shown.`;
      context.print({ json: { ...shown, clientSecret: made.secret ?? null }, text }, options);
    });
}

async function credentialOf({ secret, jwks }: CreateOptions) {
  if (secret && jwks === undefined) return { kind: 'secret' as const };
  if (secret || jwks === undefined) throw oauthErrors.CLIENT_INVALID({ message: 'Either --secret or --jwks <file>.' });
  try {
    return { kind: 'keys' as const, jwks: await readFile(jwks, 'utf8') };
  } catch (cause) {
    throw oauthErrors.CLIENT_INVALID({ message: `--jwks: the file ${jwks} cannot be read.`, cause });
  }
}

function kinds(): string[] {
  const { kind } = client.fields;
  return kind?.kind === 'selection' ? Object.keys(kind.options) : [];
}

function kindOf(text: string): string {
  if (kinds().includes(text)) return text;
  throw oauthErrors.CLIENT_INVALID({ message: `--kind: expected one of ${kinds().join(', ')}, not "${text}".` });
}

async function describe(runtime: Runtime, rows: readonly Row[]) {
  const logins = await loginsOf(runtime, rows);
  const ids = rows.map(({ id }) => id);
  const usage = await runtime.store.find({ model: 'oauth.client-usage', where: oneOf('id', ids) });
  const lastUse = new Map(usage.map(({ id, last_used_at }) => [id, last_used_at as Json]));
  return rows.map(row => ({
    id: row.id,
    clientId: String(row.client_id),
    name: String(row.name),
    kind: String(row.kind),
    scopes: row.scopes as Json,
    user: logins.get(String(row.user)) ?? null,
    registeredAt: String(row.registered_at),
    lastUsedAt: lastUse.get(row.id) ?? null,
    endedAt: row.ended_at as Json,
    endedReason: row.ended_reason as Json,
  }));
}

function cells(shown: { clientId: string; name: string; kind: string; user: string | null; endedAt: Json }): Json[] {
  const { clientId, name, kind, user, endedAt } = shown;
  return [clientId, name, kind, user, endedAt === null ? 'active' : 'ended'];
}
