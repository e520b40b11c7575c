import type { Command } from 'commander';
import type { CommandContext } from '../../../src/index.ts';
import { securityErrors } from '../errors.ts';
import { requireKey } from '../keys/end-key.ts';
import { offerHandover } from '../keys/rotation/handover.ts';
import { rotateKey } from '../keys/rotation/rotate-key.ts';
import { tellOwner } from '../keys/rotation/tell-owner.ts';
import type { SecuritySettings } from '../settings.ts';

/** `key rotate|handover`: both below the command `key`, which has to be there. */
export function rotationCommands(settings: SecuritySettings['rotation']) {
  return (program: Command, context: CommandContext): void => {
    const key = program.commands.find(command => command.name() === 'key');

    key
      ?.command('rotate <key>')
      .description('A successor with the same settings; the old key lives on until its date, and the owner is told')
      .option('--json', 'print JSON')
      .action(async (reference: string, options: { json?: boolean }) => {
        const runtime = await context.runtime();
        const row = await requireKey(runtime, reference);
        const made = await rotateKey({ runtime, row, graceDays: settings.windowDays, by: 'command line' });
        const told = await tellOwner({ runtime, settings, ...made });
        const { old, successor } = made;
        const next =
          told === 'owner'
            ? 'Its owner gets a mail.'
            : `Its owner has no e-mail address: make a link with "gatehouse key handover ${successor.prefix}" and pass it on.`;
        const json = {
          id: old.id,
          prefix: String(old.prefix),
          worksUntil: String(old.expires_at),
          successor: {
            id: successor.id,
            prefix: String(successor.prefix),
            expiresAt: successor.expires_at === null ? null : String(successor.expires_at),
          },
          told,
        };
        const text = `Key ${old.prefix} has the successor ${successor.prefix}, and works until ${old.expires_at}. ${next}`;
        context.print({ json, text }, options);
      });

    key
      ?.command('handover <key>')
      .description('A fresh single-use link for a successor that its owner has not fetched; older links end')
      .option('--json', 'print JSON')
      .action(async (reference: string, options: { json?: boolean }) => {
        const runtime = await context.runtime();
        const row = await requireKey(runtime, reference);
        if (row.revoked_at !== null) throw securityErrors.KEY_REVOKED();
        if (row.is_unclaimed !== true) throw securityErrors.KEY_CLAIMED();
        const link = await offerHandover({ runtime, id: row.id, hours: settings.linkHours });
        const text = `${link}\n\nIt works once, for ${settings.linkHours} hours. Whoever opens it gets the key.`;
        context.print({ json: { id: row.id, prefix: String(row.prefix), link }, text }, options);
      });
  };
}
