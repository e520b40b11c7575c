import type { Command } from 'commander';
import type { HttpServer } from '../server/http.ts';
import type { CommandKit } from './command-kit.ts';
import { cliErrors } from './errors.ts';
import { identity } from './identity.ts';
import type { Machine } from './machine.ts';

/** `serve`: the HTTP server, until SIGINT or SIGTERM. Calls in flight are finished; a second signal ends it at once. */
export function registerServe(program: Command, kit: CommandKit): void {
  program
    .command('serve')
    .description('Serve MCP over HTTP, until it is told to stop (Ctrl-C, SIGTERM)')
    .action(async () => {
      // Loaded here, because every command would wait for it.
      const { createHttpServer } = await import('../server/http.ts');
      const app = await kit.open({ role: 'server' });
      await app.start();
      const server = createHttpServer({ ...app, identity });
      const { url } = await listen(server, app.runtime.server);
      const stopped = stopSignal(kit.machine);
      kit.machine.stdout.write(`Gatehouse serves ${url}\n`);
      const signal = await stopped;
      app.runtime.log.info({ signal }, 'Stopping: calls in flight are finished first.');
      await server.close();
    });
}

async function listen(server: HttpServer, { host, port }: { host: string; port: number }): Promise<{ url: string }> {
  try {
    return await server.listen();
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('syscall' in thrown)) throw thrown;
    throw cliErrors.ADDRESS_NOT_AVAILABLE({
      message: `The server cannot listen on ${host}, port ${port}: ${thrown.message}.`,
      cause: thrown,
    });
  }
}

/** The first signal to stop; the next one ends the process at once, with the exit code that shells expect. */
export function stopSignal({ onSignal, exit }: Pick<Machine, 'onSignal' | 'exit'>): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let isStopping = false;
    onSignal(signal => {
      if (isStopping) exit(signal === 'SIGINT' ? 130 : 143);
      isStopping = true;
      resolve(signal);
    });
  });
}
