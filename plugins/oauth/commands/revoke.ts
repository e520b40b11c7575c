import type { Command } from 'commander';
import { type CommandContext, equals, type Runtime } from '../../../src/index.ts';
import { requirePrincipal } from '../../base/plugin.ts';
import { findClientRow } from '../clients/client-rows.ts';
import { oauthErrors } from '../errors.ts';
import { endGrantAs } from '../grants/end-grant-as.ts';
import { managesAccess } from '../grants/own-grants.ts';
import { grant } from '../models/grant.ts';
import type { EndAccess } from '../provider/end-access.ts';

interface RevokeOptions {
  readonly reason: string;
  readonly user?: string;
  readonly json?: boolean;
}

interface RevokeInput extends RevokeOptions {
  readonly runtime: Runtime;
  readonly access: EndAccess;
  readonly reference: string;
}

/** `oauth revoke`. */
export function registerRevokeCommand(parts: {
  readonly oauth: Command;
  readonly context: CommandContext;
  readonly access: () => EndAccess;
}): void {
  const { oauth, context, access } = parts;
  oauth
    .command('revoke <client-or-grant>')
    .description('Ends a connected app, by the id of its grant, or a client with all its grants, by its client id')
    .option('--reason <text>', 'kept with it', 'revoked on the command line')
    .option('--user <login>', 'with the rights of this user; default: of the operator')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: RevokeOptions) => {
      const runtime = await context.runtime();
      const input = { runtime, access: access(), reference, ...options };
      const ended = (await revokeClient(input)) ?? (await revokeGrant(input));
      context.print({ json: ended.json, text: ended.text }, options);
    });
}

/** undefined: there is no such client, or it is not this user's to end. */
async function revokeClient({ runtime, access, reference, reason, user }: RevokeInput) {
  const client = await findClientRow(runtime, reference);
  if (!client) return undefined;
  if (user !== undefined && !managesAccess(await requirePrincipal(runtime, user))) return undefined;
  const grants = await access.revokeClient({ clientId: reference, reason });
  const json = { clientId: reference, revoked: true, grants };
  return { json, text: `Client ${client.name} has ended, and with it ${grants} connected apps.` };
}

async function revokeGrant({ runtime, access, reference, reason, user }: RevokeInput) {
  if (user !== undefined) {
    const env = runtime.env(await requirePrincipal(runtime, user));
    return told(await endGrantAs({ access, env, reference, reason }));
  }
  const [found] = await runtime.store.find({ model: grant.name, where: equals('id', reference), limit: 1 });
  if (!found) throw oauthErrors.GRANT_NOT_FOUND({ message: `There is no client and no grant ${reference}.` });
  await access.revokeGrant({ id: found.id, reason });
  return told({ id: found.id, app: String(found.client_name) });
}

function told({ id, app }: { id: string; app: string }) {
  return { json: { id, app, revoked: true }, text: `${app} is disconnected.` };
}
