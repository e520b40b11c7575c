import type { Command } from 'commander';
import type { CommandContext } from '../../../src/index.ts';
import { baseErrors } from '../errors.ts';
import { setPassword } from '../passwords/set-password.ts';
import { requireUser } from './require-user.ts';

/** `user set-password LOGIN`. */
export function registerPasswordCommand(user: Command, context: CommandContext): void {
  user
    .command('set-password <login>')
    .description('Gives a user a password to sign in with; it is asked for twice, without being shown')
    .option('--stdin', 'take the password from standard input')
    .option('--json', 'print JSON')
    .action(async (login: string, options: { stdin?: boolean; json?: boolean }) => {
      const runtime = await context.runtime();
      const owner = await requireUser(runtime, login);
      const password = await askForPassword(context, options.stdin ?? false);
      await setPassword({ runtime, owner, password });
      context.print({ json: { id: owner.user.id, login }, text: `User ${login} has a new password.` }, options);
    });
}

async function askForPassword(context: CommandContext, fromStdin: boolean): Promise<string> {
  const password = await context.readSecret({ prompt: 'New password: ', fromStdin });
  if (fromStdin) return password;
  if ((await context.readSecret({ prompt: 'Once more: ', fromStdin })) !== password)
    throw baseErrors.PASSWORDS_DIFFER();
  return password;
}
