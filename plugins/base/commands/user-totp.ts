import type { Command } from 'commander';
import type { CommandContext } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';
import { enrol, unenrol } from '../sign-in/enrolment.ts';
import { requireUser } from './require-user.ts';

/** `user totp enrol|remove LOGIN`. */
export function registerTotpCommands(user: Command, context: CommandContext): void {
  const totp = user.command('totp').description('Second factor: one-time codes of an authenticator app (RFC 6238)');

  totp
    .command('enrol <login>')
    .description('A new secret for the app, and recovery codes; shown this once, and earlier ones are void')
    .option('--json', 'print JSON')
    .action(async (login: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const { user: owner } = await requireUser(runtime, login);
      const { uri, secret, recoveryCodes } = await enrol(runtime, owner);
      const text = [
        `For the authenticator app of ${login}, as a link or to be typed; shown only now:`,
        `  ${uri}`,
        `  ${secret}`,
        'Recovery codes, each for one time, to be kept apart from the app:',
        ...recoveryCodes.map(code => `  ${code}`),
      ];
      context.print({ json: { id: owner.id, login, uri, secret, recoveryCodes }, text: text.join('\n') }, options);
    });

  totp
    .command('remove <login>')
    .description('Takes the second factor from a user, recovery codes included')
    .option('--json', 'print JSON')
    .action(async (login: string, options: { json?: boolean }) => {
      const runtime = await context.runtime();
      const { user: owner } = await requireUser(runtime, login);
      if (!(await unenrol(runtime, owner.id))) {
        throw baseErrors.SECOND_FACTOR_MISSING({ message: `User ${login} has no second factor.` });
      }
      context.print({ json: { id: owner.id, login }, text: `User ${login} has no second factor any more.` }, options);
    });
}
