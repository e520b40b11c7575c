import { CommanderError } from 'commander';
import { GatehouseError } from '../errors.ts';
import { withoutSecrets } from './logger.ts';
import type { Output } from './machine.ts';
import { visible } from './print.ts';

/**
 * Says on stderr what went wrong and how to solve it, and gives the exit code: 2 for a command line that is not
 * understood, 1 for everything else. Stacks are for `--debug`.
 */
export function reportError(input: { thrown: unknown; stderr: Output; isDebug: boolean }): number {
  const { thrown, stderr, isDebug } = input;
  // commander has printed its own message, or the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Names in a message may come from a file or a database: they must not move the cursor.
  stderr.write(`${visible(withoutSecrets(describe(error)), { lines: true })}\n`);
  if (isDebug) stderr.write(withoutSecrets(`${error.stack ?? ''}${causes(error)}\n`));
  else if (!(error instanceof GatehouseError)) stderr.write('Run it again with --debug to see where.\n');
  return 1;
}

function describe(error: Error): string {
  if (!(error instanceof GatehouseError)) return `Unexpected error: ${error.message}`;
  const detail = error.detail ? ` (${error.detail})` : '';
  return `${error.code}: ${error.publicMessage}${detail}\n${error.spec.solve}`;
}

function causes({ cause }: Error): string {
  return cause instanceof Error ? `\ncaused by ${cause.stack ?? cause.message}${causes(cause)}` : '';
}
