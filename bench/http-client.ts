import { connect, type Socket } from 'node:net';

/** An answer as far as the bench looks at it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One keep-alive connection that sends prepared requests one after the other. As little work as possible on this
 * side, so that the server is what is measured. Understands Content-Length and chunked answers.
 */
export function openConnection(url: URL): Promise<{ send(request: Buffer): Promise<Answer>; close(): void }> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
    let received = '';
    socket.setEncoding('latin1');
    socket.once('connect', () =>
      resolve({
        send: request =>
          new Promise((done, fail) => {
            waiting = { resolve: done, reject: fail };
            socket.write(request);
          }),
        close: () => socket.destroy(),
      }),
    );
    socket.on('data', (text: string) => {
      received += text;
      const answer = parseAnswer(received);
      if (!answer) return;
      received = '';
      waiting?.resolve(answer);
    });
    socket.on('error', error => {
      reject(error);
      waiting?.reject(error);
    });
    socket.on('close', () => waiting?.reject(new Error('the server closed the connection')));
  });
}

/** The answer once it is whole, else undefined. */
function parseAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const status = Number(text.slice(9, 12));
  const head = text.slice(0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) {
    return text.length >= end + 4 + Number(length) ? { status, body: text.slice(end + 4) } : undefined;
  }
  if (head.includes('transfer-encoding: chunked')) {
    return text.endsWith('\r\n0\r\n\r\n') ? { status, body: text.slice(end + 4) } : undefined;
  }
  return { status, body: '' };
}

/** The bytes of a `tools/call` as a 2026-07-28 client sends it. */
export function toolCall(input: { url: URL; tool: string; args: unknown; headers?: Record<string, string> }): Buffer {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: input.tool,
      arguments: input.args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });
  const headers = {
    host: input.url.host,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': input.tool,
    'content-length': String(Buffer.byteLength(body)),
    ...input.headers,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${input.url.pathname} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}
