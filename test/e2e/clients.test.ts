import { join } from 'node:path';
import { Client as NewClient, StreamableHTTPClientTransport as NewHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import exampleConfig from '../../mcp.config.ts';
import { fixturesPlugin } from '../conformance/fixtures-plugin.ts';
import { verifies } from '../requirements.ts';
import { auditOf, keyOf } from '../support/people.ts';
import { exampleWith, startGatehouse, type TestGatehouse } from '../support/start-gatehouse.ts';
import { describeOnStores, type TestStore } from '../support/stores.ts';

/*
 * The official clients, the 1.x line and the 2.x line at both kinds of revision, over HTTP and stdio: nobody can tell
 * the direct way from the SDK's, and everyone gets the same answers.
 */

// Two of the five ways start a process, and a busy machine takes its time with each.
vi.setConfig({ testTimeout: 180_000 });

const root = join(import.meta.dirname, '..', '..');
const info = { name: 'e2e', version: '1.0.0' };

/** What the clients have in common, as far as it is used here. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string; inputSchema: unknown; outputSchema?: unknown }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  readResource(params: { uri: string }): Promise<{ contents: unknown[] }>;
  getServerVersion(): { name: string } | undefined;
  close(): Promise<void>;
}

type Result = {
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

describeOnStores('the official clients', open => {
  let store: TestStore;
  let gatehouse: TestGatehouse;
  const keys: Record<string, string> = {};
  const clients: AnyClient[] = [];

  beforeAll(async () => {
    store = await open();
    const config = exampleWith(store, {
      plugins: { ...exampleConfig.plugins, 'conformance-fixtures': {} },
      extraPlugins: [fixturesPlugin(new Uint8Array(32).fill(1))],
    });
    gatehouse = await startGatehouse({ config });
    for (const user of ['admin', 'sara', 'hank']) keys[user] = await keyOf(gatehouse, user, { maxSessions: 1000 });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await gatehouse.stop();
    await store.drop();
  });

  function http(user: string) {
    const url = new URL(gatehouse.url);
    return { url, options: { requestInit: { headers: { Authorization: `Bearer ${keys[user]}` } } } };
  }

  function stdio(user: string) {
    return {
      command: process.execPath,
      args: ['src/cli/main.ts', 'stdio'],
      cwd: root,
      env: { PATH: process.env.PATH ?? '', GATEHOUSE_STORE: store.location, GATEHOUSE_API_KEY: keys[user] ?? '' },
      stderr: 'inherit' as const,
    };
  }

  const ways: Record<string, (user: string) => Promise<AnyClient>> = {
    async '1.x over HTTP'(user) {
      const client = new OldClient(info, { capabilities: { elicitation: {} } });
      const { url, options } = http(user);
      await client.connect(new OldHttp(url, options) as never);
      return client as unknown as AnyClient;
    },
    async '2.x over HTTP, 2025'(user) {
      const client = new NewClient(info, { versionNegotiation: { mode: 'legacy' } });
      const { url, options } = http(user);
      await client.connect(new NewHttp(url, options));
      return client as unknown as AnyClient;
    },
    async '2.x over HTTP, 2026'(user) {
      const client = new NewClient(info, { versionNegotiation: { mode: 'auto' } });
      const { url, options } = http(user);
      await client.connect(new NewHttp(url, options));
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
      return client as unknown as AnyClient;
    },
    async '1.x over stdio'(user) {
      const client = new OldClient(info);
      await client.connect(new OldStdio(stdio(user)));
      return client as unknown as AnyClient;
    },
    async '2.x over stdio, 2026'(user) {
      const client = new NewClient(info, { versionNegotiation: { mode: 'auto' } });
      await client.connect(new NewStdio(stdio(user)));
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
      return client as unknown as AnyClient;
    },
  };

  async function connect(way: string, user: string): Promise<AnyClient> {
    const client = await (ways[way] ?? expect.unreachable())(user);
    clients.push(client);
    return client;
  }

  async function call(client: AnyClient, name: string, args: Record<string, unknown>): Promise<Result> {
    return (await client.callTool({ name, arguments: args })) as Result;
  }

  describe.each(Object.keys(ways))(`${verifies('PROTO-1', 'PROTO-2')} %s`, way => {
    let client: AnyClient;

    beforeAll(async () => {
      client = await connect(way, 'sara');
    });

    test('knows the server and its tools', async () => {
      expect(client.getServerVersion()?.name).toBe('gatehouse');
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['search', 'read', 'describe_model']));
      for (const tool of tools) expect(tool.inputSchema).toMatchObject({ type: 'object' });
    });

    test('reads records, in the shape that the tool promises', async () => {
      const found = await call(client, 'search', { model: 'crm.partner', limit: 2 });
      expect(found.isError ?? false).toBe(false);
      expect(found.structuredContent).toMatchObject({ results: [{ title: expect.any(String) }, {}] });
    });

    test('gets the refusals of the pipeline as a tool’s result', async () => {
      const hidden = await call(client, 'search', { model: 'hr.employee', domain: [['salary', '>', 0]] });
      const unknown = await call(client, 'search', { model: 'no.such', domain: [['salary', '>', 0]] });
      expect(hidden.isError).toBe(true);
      expect(hidden.content[0]?.text.replaceAll('hr.employee', '')).toBe(
        unknown.content[0]?.text.replaceAll('no.such', ''),
      );
      const wrong = await call(client, 'search', { model: 'crm.partner', nonsense: true });
      expect(wrong.content[0]?.text).toContain('nonsense');
    });

    test('gets a protocol error for a tool that is not there', async () => {
      await expect(client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    });

    test('reads the models as resources', async () => {
      const { resources } = await client.listResources();
      expect(resources.map(({ uri }) => uri)).toContain('gatehouse://model/crm.partner');
      expect(resources.map(({ uri }) => uri)).not.toContain('gatehouse://model/hr.employee');
      expect((await client.readResource({ uri: 'gatehouse://model/crm.partner' })).contents).toHaveLength(1);
      await expect(client.readResource({ uri: 'gatehouse://model/hr.employee' })).rejects.toMatchObject({
        code: -32602,
      });
    });
  });

  test(`${verifies('PROTO-1', 'PROTO-2')} every way gives the same answer`, async () => {
    const answers = new Set<string>();
    for (const way of Object.keys(ways)) {
      const client = await connect(way, 'sara');
      const { content, structuredContent } = await call(client, 'search', { model: 'crm.partner', limit: 5 });
      // The processes have their own idea of the port, so of the addresses of records.
      answers.add(JSON.stringify({ content, structuredContent }).replaceAll(/http:\/\/[^/]+/g, ''));
    }
    expect(answers.size).toBe(1);
  });

  test('clients that call at the same time get their own answers', async () => {
    const people = ['admin', 'sara', 'hank'];
    const pairs = await Promise.all(
      people.flatMap(user =>
        ['1.x over HTTP', '2.x over HTTP, 2026'].map(async way => ({ user, client: await connect(way, user) })),
      ),
    );
    const visible = new Map<string, Set<string>>();
    await Promise.all(
      pairs.flatMap(({ user, client }) =>
        Array.from({ length: 20 }, async () => {
          const { structuredContent } = await call(client, 'list_models', {});
          const seen = visible.get(user) ?? new Set();
          visible.set(user, seen.add(JSON.stringify(structuredContent)));
        }),
      ),
    );
    expect(people.map(user => visible.get(user)?.size)).toEqual([1, 1, 1]);
    expect(new Set(people.map(user => [...(visible.get(user) ?? [])][0])).size).toBe(3);
  });

  test('a 1.x client is asked and told while a tool runs', async () => {
    const client = new OldClient(info, { capabilities: { elicitation: {} } });
    clients.push(client as unknown as AnyClient);
    const told: unknown[] = [];
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { response: 'yes' } }));
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void told.push(params.data));
    const { url, options } = http('sara');
    await client.connect(new OldHttp(url, options) as never);
    const asked = (await client.callTool({ name: 'test_elicitation', arguments: { message: 'Really?' } })) as Result;
    expect(asked.content[0]?.text).toContain('action=accept, content={"response":"yes"}');
    await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
    expect(told).toEqual(['Tool execution started', 'Tool processing data', 'Tool execution completed']);
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, { onprogress });
    expect(steps).toEqual([0, 50, 100]);
  });

  test('a 2.x client supplies what a tool asks for, each round through the gate', async () => {
    const client = new NewClient(info, {
      versionNegotiation: { mode: 'auto' },
      capabilities: { elicitation: { form: {} } },
    });
    clients.push(client as unknown as AnyClient);
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
    const { url, options } = http('sara');
    await client.connect(new NewHttp(url, options));
    const tool = 'test_input_required_result_elicitation';
    const answer = (await client.callTool({ name: tool, arguments: {} })) as Result;
    expect(answer.content[0]?.text).toBe('Hello, Ada!');
    const entries = await auditOf(gatehouse, 10);
    expect(entries.filter(entry => entry.tool === tool)).toHaveLength(2);
  });

  test('a revoked key ends a client’s calls', async () => {
    const client = await connect('2.x over HTTP, 2026', 'hank');
    await call(client, 'list_models', {});
    const where = { kind: 'compare', field: 'prefix', operator: '=', value: (keys.hank ?? '').slice(3, 11) } as const;
    const set = { revoked_at: new Date().toISOString() };
    await gatehouse.app.runtime.store.write([{ kind: 'update', model: 'security.api-key', where, set }]);
    await expect
      .poll(
        () =>
          call(client, 'list_models', {}).then(
            () => 'answered',
            () => 'refused',
          ),
        { timeout: 20_000 },
      )
      .toBe('refused');
  });
});
