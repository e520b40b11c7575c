import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startWithFixtures } from './start-with-fixtures.ts';

/*
 * `npm run conformance [-- --scenario NAME]`: the official suite against a whole Gatehouse, at both kinds of revision.
 * Exits with 1 where something fails that the expected-failures file does not name, or passes that it does.
 */

const suite = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist',
  'index.js',
);

/** Runs the suite at one revision; resolves with its exit code. */
function runSuite({
  url,
  revision,
  extra,
}: {
  url: string;
  revision: string;
  extra: readonly string[];
}): Promise<number> {
  const expected = join(import.meta.dirname, `expected-failures.${revision}.yaml`);
  const scope = extra.length > 0 ? extra : ['--suite', 'all', '--expected-failures', expected];
  const child = spawn(process.execPath, [suite, 'server', '--url', url, '--spec-version', revision, ...scope], {
    stdio: 'inherit',
    // The suite leaves a folder of results where it runs.
    cwd: tmpdir(),
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', code => resolve(code ?? 1));
  });
}

const extra = process.argv.slice(2);
const codes: number[] = [];
for (const revision of ['2026-07-28', '2025-11-25']) {
  const server = await startWithFixtures();
  try {
    codes.push(await runSuite({ url: server.url, revision, extra }));
  } finally {
    await server.stop();
  }
}
process.exitCode = codes.every(code => code === 0) ? 0 : 1;
