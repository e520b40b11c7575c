import type { Command } from 'commander';
import type { CommandKit } from './command-kit.ts';
import { identity } from './identity.ts';
import { stopSignal } from './serve.ts';

/** `stdio`: one client on stdin and stdout, until it goes. The key comes from `GATEHOUSE_API_KEY`. */
export function registerStdio(program: Command, kit: CommandKit): void {
  program
    .command('stdio')
    .description('Serve MCP to one local client on stdin and stdout; GATEHOUSE_API_KEY holds its key')
    .action(async () => {
      const { env, stdin, stdout } = kit.machine;
      // Loaded here, because every command would wait for it.
      const { serveStdio } = await import('../server/stdio.ts');
      const app = await kit.open({ role: 'server' });
      await app.start();
      const key = env.GATEHOUSE_API_KEY ?? '';
      const connection = await serveStdio({ ...app, identity, key, input: stdin, output: stdout });
      const stopped = stopSignal(kit.machine).then(() => connection.close());
      const reason = await Promise.race([connection.closed, stopped]);
      if (reason) throw reason;
    });
}
