/**
 * The stock SDK, as its own guide builds a server: `createMcpHandler` behind Express, an `McpServer` a request, no
 * guard, no log, records in memory. Prints `{"url","pid"}`.
 */
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { z } from 'zod';
import { contactCount, contactId, contactValues } from '../records.ts';

const records = new Map(
  Array.from({ length: contactCount }, (_, number) => [`bench.contact/${contactId(number)}`, contactValues(number)]),
);

function createServer(): McpServer {
  const server = new McpServer({ name: 'stock', version: '1.0.0' });
  server.registerTool(
    'read',
    {
      title: 'Read records',
      description: 'Reads records by id.',
      inputSchema: z.object({ ids: z.array(z.string()), fields: z.array(z.string()).optional() }),
      outputSchema: z.object({
        records: z.array(z.object({ id: z.string(), title: z.string(), values: z.record(z.string(), z.unknown()) })),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ ids }) => {
      const found = ids.flatMap(id => {
        const values = records.get(id);
        return values ? [{ id, title: values.name, values }] : [];
      });
      const structuredContent = { records: found };
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
    },
  );
  return server;
}

const handler = createMcpHandler(createServer);
const node = toNodeHandler(handler);
const app = express();
app.use(express.json());
app.all('/mcp', (request, response) => void node(request, response, request.body));
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}/mcp`, pid: process.pid }));
  }
});
