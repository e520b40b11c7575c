import type { Runtime } from '../../src/index.ts';
import { findUser, generatePassword, setPassword } from '../base/plugin.ts';
import { createKey } from '../security/plugin.ts';
import { clientLines } from './client-lines.ts';
import { userIds } from './company/users.ts';

/** How a key and a password are made by hand. */
const keyCommand = 'npm run -s gatehouse -- key create --name first --user admin --all-scopes';
const passwordCommand = 'npm run -s gatehouse -- user set-password sara';

/**
 * After the first installation: on a terminal an admin key and a password for each user, shown this once, with lines to
 * paste into clients; where output goes to a log nothing secret is made, and the commands that do are named.
 */
export async function welcome(runtime: Runtime): Promise<void> {
  const { terminal, server, configFile, storeVariables } = runtime;
  if (!terminal.isInteractive) {
    terminal.note(
      `The demo company is installed. No key is made where output goes to a log; make one with:\n  ${keyCommand}\n` +
        `And a password, for somebody who is to sign in with a browser:\n  ${passwordCommand}`,
    );
    for (const name of Object.keys(storeVariables)) terminal.note(`Both need ${name} as it is set here.`);
    return;
  }
  const { key } = await createKey({ runtime, name: 'first', user: 'admin', scopes: 'all' });
  terminal.note(
    `The demo company is installed. This key of the user admin may do everything; it is shown only now:\n\n  ${key}\n`,
  );
  const program = [process.execPath, ...process.argv.slice(1, 2)];
  terminal.note(clientLines({ url: `${server.publicUrl}/mcp`, key, program, configFile, storeVariables }));
  terminal.note(`To sign in with a browser, passwords that are shown only now:\n\n${await passwordLines(runtime)}\n`);
}

/** Gives each of the demo's users a password; a line each. */
async function passwordLines(runtime: Runtime): Promise<string> {
  const lines = Object.keys(userIds).map(async login => {
    const owner = await findUser(runtime, login);
    if (!owner) return [];
    const password = generatePassword(runtime);
    await setPassword({ runtime, owner, password });
    return [`  ${login.padEnd(6)}  ${password}`];
  });
  return (await Promise.all(lines)).flat().join('\n');
}
