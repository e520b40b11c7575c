import type { Command } from 'commander';
import type { CommandContext } from '../../../src/index.ts';
import type { EndAccess } from '../provider/end-access.ts';
import type { SigningKeys } from '../provider/signing-keys.ts';
import { registerClientCommands } from './clients.ts';
import { registerGrantCommands } from './grants.ts';
import { registerRevokeCommand } from './revoke.ts';

/** What the commands need of what runs; known once `runtime()` has been awaited. */
export interface OAuthCommandParts {
  readonly access: () => EndAccess;
  readonly keys: () => Pick<SigningKeys, 'rotate'>;
}

/** `oauth clients|client create|grants|revoke|rotate-keys`. */
export function oauthCommands(parts: OAuthCommandParts) {
  return (program: Command, context: CommandContext): void => {
    const oauth = program.command('oauth').description('Apps and services that sign in with OAuth, and their access');
    registerClientCommands({ oauth, context });
    registerGrantCommands({ oauth, context });
    registerRevokeCommand({ oauth, context, access: parts.access });

    oauth
      .command('rotate-keys')
      .description('A new key signs from now on; tokens that the one before has signed stay valid until they run out')
      .option('--drop-old', 'all tokens end at once: where somebody may have the key')
      .option('--json', 'print JSON')
      .action(async (options: { dropOld?: boolean; json?: boolean }) => {
        await context.runtime();
        const dropOld = options.dropOld ?? false;
        const { kid } = await parts.keys().rotate({ dropOld });
        const text = dropOld ? `Key ${kid} signs; tokens of older keys are refused.` : `Key ${kid} signs from now on.`;
        context.print({ json: { kid, droppedOld: dropOld }, text }, options);
      });
  };
}
