import type { Runtime } from '../../src/index.ts';
import { createKey } from '../security/plugin.ts';

/**
 * After the first installation: on a terminal an admin key, shown this once, with lines to paste into clients; where
 * output goes to a log no key is made, and the command that makes one is named.
 */
export async function welcome(runtime: Runtime): Promise<void> {
  const { terminal, server } = runtime;
  const url = `${server.publicUrl}/mcp`;
  if (!terminal.isInteractive) {
    terminal.note(
      'The demo company is installed. Make a key with:\n' +
        '  npm run -s gatehouse -- key create --name first --user admin --all-scopes',
    );
    return;
  }
  const { key } = await createKey(runtime, { name: 'First key', user: 'admin', allScopes: true });
  terminal.note(clientLines({ url, key, node: process.execPath, main: process.argv[1] ?? 'src/cli/main.ts' }));
}

/** What to paste into each client, with this key. */
export function clientLines(input: { url: string; key: string; node: string; main: string }): string {
  const { url, key, node, main } = input;
  const desktop = {
    mcpServers: { gatehouse: { command: node, args: [main, 'stdio'], env: { GATEHOUSE_API_KEY: key } } },
  };
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'search',
      arguments: { model: 'sale.order', domain: [['state', '=', 'sale']], limit: 3 },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'curl', version: '8' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  return [
    'The demo company is installed. This key of the user admin may do everything; it is shown only now:',
    '',
    `  ${key}`,
    '',
    'Claude Code:',
    `  claude mcp add --transport http gatehouse ${url} --header "Authorization: Bearer ${key}"`,
    '',
    'Claude Desktop (claude_desktop_config.json, over stdio):',
    ...JSON.stringify(desktop, null, 2)
      .split('\n')
      .map(line => `  ${line}`),
    '',
    'MCP Inspector:',
    `  npx @modelcontextprotocol/inspector --cli ${url} --transport http --header "Authorization: Bearer ${key}" --method tools/list`,
    '',
    'curl:',
    `  curl -s ${url} \\`,
    `    -H 'Authorization: Bearer ${key}' \\`,
    "    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\",
    "    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: search' \\",
    `    -d '${JSON.stringify(body)}'`,
    '',
  ].join('\n');
}
