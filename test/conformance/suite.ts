import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const suite = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist',
  'index.js',
);

/** Runs the official suite; resolves with its exit code. `onOutput` is told what it prints as it prints it. */
export function runSuite(line: readonly string[], onOutput: (output: string) => void = () => {}): Promise<number> {
  // The suite leaves a folder of results where it runs.
  const child = spawn(process.execPath, [suite, ...line], { stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() });
  child.stdout.setEncoding('utf8').on('data', (output: string) => {
    process.stdout.write(output);
    onOutput(output);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 1));
  });
}
