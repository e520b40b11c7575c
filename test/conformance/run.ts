import { join } from 'node:path';
import { verifies } from '../requirements.ts';
import { runAuthorization } from './authorization.ts';
import { startWithFixtures } from './start-with-fixtures.ts';
import { runSuite } from './suite.ts';

/*
 * `npm run conformance [-- --scenario NAME]`: the official suite against a whole Gatehouse, at both kinds of revision:
 * as a server, and as the authorization server of one. Exits with 1 where something fails that the expected-failures
 * file does not name, or passes that it does.
 */

const extra = process.argv.slice(2);
const codes: number[] = [];
for (const revision of ['2026-07-28', '2025-11-25']) {
  console.log(`${verifies('PROTO-3')} revision ${revision}`);
  const server = await startWithFixtures();
  const expected = join(import.meta.dirname, `expected-failures.${revision}.yaml`);
  const scope = extra.length > 0 ? extra : ['--suite', 'all', '--expected-failures', expected];
  try {
    codes.push(await runSuite(['server', '--url', server.url, '--spec-version', revision, ...scope]));
  } finally {
    await server.stop();
  }
  if (extra.length === 0) codes.push(await runAuthorization(revision));
}
process.exitCode = codes.every(code => code === 0) ? 0 : 1;
