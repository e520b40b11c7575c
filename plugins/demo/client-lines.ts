interface ClientLinesInput {
  readonly url: string;
  readonly key: string;
  /** How this Gatehouse is run, without a command. */
  readonly program: readonly string[];
  readonly configFile: string;
  /** What names the store, where it is not the config: a process that a client starts has an environment of its own. */
  readonly storeVariables: Readonly<Record<string, string>>;
}

/** What to paste into each client. */
export function clientLines(input: ClientLinesInput): string {
  const { url, key } = input;
  const header = `--header "Authorization: Bearer ${key}"`;
  return [
    'Claude Code:',
    `  claude mcp add --transport http gatehouse ${url} ${header}`,
    '',
    'Claude Desktop, in claude_desktop_config.json:',
    indent(JSON.stringify(desktopConfig(input), null, 2)),
    '',
    'MCP Inspector (run it in this folder, whose Node is new enough):',
    `  npx @modelcontextprotocol/inspector@latest --cli ${url} --transport http ${header} --method tools/list`,
    '',
    'curl:',
    indent(curlLine({ url, key })),
    '',
  ].join('\n');
}

function desktopConfig({ key, program, configFile, storeVariables }: ClientLinesInput): object {
  const [command, ...args] = program;
  return {
    mcpServers: {
      gatehouse: {
        command,
        args: [...args, '--config', configFile, 'stdio'],
        env: { GATEHOUSE_API_KEY: key, ...storeVariables },
      },
    },
  };
}

/** A tools/call of the revision 2026-07-28 with every header that it demands. */
function curlLine({ url, key }: { url: string; key: string }): string {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'search',
      arguments: { model: 'sale.order', domain: [['state', '=', 'sale']], limit: 3 },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'curl', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  return [
    `curl -s ${url} \\`,
    `  -H 'Authorization: Bearer ${key}' \\`,
    `  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\`,
    `  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: search' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
