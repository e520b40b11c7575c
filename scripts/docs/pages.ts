import { join } from 'node:path';
import { assemble } from '../../src/assemble.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { mailSchema } from '../../src/config/mail-settings.ts';
import { serverSchema } from '../../src/config/server-settings.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage, errorTables } from './errors-page.ts';
import { lifecyclePage } from './lifecycle-page.ts';

/** The top of the repository. */
export const top = join(import.meta.dirname, '..', '..');

/** The pages that are made from the code: path from the top, and text. */
export async function makePages(): Promise<ReadonlyMap<string, string>> {
  const configFile = join(top, 'mcp.config.ts');
  const assembly = await assemble({ config: await loadConfig({ file: configFile }), configFile });
  return new Map([
    ['docs/configuration.md', configurationPage({ server: serverSchema, mail: mailSchema, plugins: assembly.plugins })],
    ['docs/errors.md', errorsPage(await errorTables(top))],
    ['docs/lifecycle.md', lifecyclePage(assembly.registrations)],
  ]);
}
