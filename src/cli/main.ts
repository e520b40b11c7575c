#!/usr/bin/env node
import { Console } from 'node:console';
import { runCommandLine } from './command-line.ts';

// A config or a plugin that prints must not spoil the results, or the protocol, on stdout.
globalThis.console = new Console(process.stderr, process.stderr);

// Whoever reads along may stop reading: `gatehouse audit list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  ticks: () => performance.now(),
  onSignal(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  exit: code => process.exit(code),
});
