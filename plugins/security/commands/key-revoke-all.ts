import type { Command } from 'commander';
import type { CommandContext, Runtime } from '../../../src/index.ts';
import { requirePrincipal } from '../../base/plugin.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { securityErrors } from '../errors.ts';
import { confirmation, revokeAllKeys } from '../keys/revoke-all.ts';

interface Options {
  readonly reason?: string;
  readonly confirm?: string;
  readonly user?: string;
  readonly json?: boolean;
}

/** `key revoke-all`: below the command `key`, which has to be there. */
export function revokeAllCommand(audit: () => Pick<AuditLog, 'write'>) {
  return (program: Command, context: CommandContext): void => {
    program.commands
      .find(command => command.name() === 'key')
      ?.command('revoke-all')
      .description('In an emergency: ends every active key at once and mails their owners')
      .option('--reason <text>', 'kept in the audit log and told to the owners; needed')
      .option('--confirm <phrase>', `has to be "${confirmation}"`)
      .option('--user <login>', 'with the rights of this user, who must be in security.admin; default: the operator')
      .option('--json', 'print JSON')
      .action(async ({ reason = '', confirm = '', user, json }: Options) => {
        const runtime = await context.runtime();
        if (user !== undefined) await requireAdmin(runtime, user);
        const done = await revokeAllKeys({ runtime, audit: audit(), reason, confirm, by: user ?? 'command line' });
        const unreachable = done.unreachable > 0 ? `; ${done.unreachable} have no address` : '';
        const text = `${done.count} keys are revoked. ${done.mailed} owners get a mail${unreachable}.`;
        context.print({ json: { ...done }, text }, { ...(json && { json }) });
      });
  };
}

async function requireAdmin(runtime: Runtime, login: string): Promise<void> {
  const { groups } = await requirePrincipal(runtime, login);
  if (groups.has('security.admin')) return;
  throw securityErrors.REVOKE_ALL_REFUSED({
    message: `${login} is not in the group security.admin. Nothing was revoked.`,
  });
}
