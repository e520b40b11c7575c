import type { Scope } from '../../src/index.ts';
import { clientCleanUp } from './clients/clean-up-job.ts';
import type { ClientSettings } from './clients/client-settings.ts';
import { oauthCommands } from './commands/oauth.ts';
import { ownGrantsLayer } from './grants/own-grants.ts';
import { registrationCount } from './models/registration-count.ts';
import { createEndAccess, type EndAccess } from './provider/end-access.ts';
import type { Tokens } from './tokens/start-tokens.ts';
import { disconnectAppTool } from './tools/disconnect-app.ts';

/** What there is about clients and their grants beside the protocol: commands, a tool, and the clean-up. */
export function registerClients(
  scope: Scope,
  parts: { readonly settings: ClientSettings; readonly tokens: () => Tokens },
): void {
  const { settings, tokens } = parts;
  let started: EndAccess | undefined;
  const access = (): EndAccess => {
    if (!started) throw new Error('access is ended before the oauth plugin has started');
    return started;
  };
  scope.model(registrationCount);
  scope.access(ownGrantsLayer);
  scope.revoker({ name: 'OAuth grants and services', revokeAll: (_runtime, reason) => access().revokeAll(reason) });
  scope.tool(disconnectAppTool(access));
  scope.command(oauthCommands({ access, keys: () => tokens().keys }));
  scope.job(clientCleanUp(settings));
  scope.onStart(async runtime => {
    started = createEndAccess({ runtime, onEnded: () => tokens().ring.expire() });
  });
}
