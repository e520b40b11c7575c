import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const toolbox = '@toolbox-sdk/server@1.12.0';

/** A folder outside the repository with the peer in it; installed when it is asked for the first time (300 MB). */
export function installToolbox(): string {
  const folder = join(tmpdir(), 'gatehouse-bench-peers');
  if (!existsSync(join(folder, 'node_modules/@toolbox-sdk/server'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', toolbox], { cwd: folder, stdio: 'inherit' });
  }
  return folder;
}
