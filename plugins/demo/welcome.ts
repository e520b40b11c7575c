import type { Runtime } from '../../src/index.ts';
import { createKey } from '../security/plugin.ts';
import { clientLines } from './client-lines.ts';

/** How a key is made by hand. */
const keyCommand = 'npm run -s gatehouse -- key create --name first --user admin --all-scopes';

/**
 * After the first installation: on a terminal an admin key, shown this once, with lines to paste into clients; where
 * output goes to a log no key is made, and the command that makes one is named.
 */
export async function welcome(runtime: Runtime): Promise<void> {
  const { terminal, server, configFile } = runtime;
  if (!terminal.isInteractive) {
    terminal.note(
      `The demo company is installed. No key is made where output goes to a log; make one with:\n  ${keyCommand}`,
    );
    return;
  }
  const { key } = await createKey({ runtime, name: 'first', user: 'admin', scopes: 'all' });
  terminal.note(
    `The demo company is installed. This key of the user admin may do everything; it is shown only now:\n\n  ${key}\n`,
  );
  const program = [process.execPath, ...process.argv.slice(1, 2)];
  terminal.note(clientLines({ url: `${server.publicUrl}/mcp`, key, program, configFile }));
}
