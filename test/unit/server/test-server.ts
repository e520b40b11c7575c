import { pino } from 'pino';
import { z } from 'zod';
import type { ServerSettings } from '../../../src/config/define-config.ts';
import { kernelErrors } from '../../../src/errors.ts';
import type { Principal } from '../../../src/model/principal.ts';
import type { CallContext } from '../../../src/pipeline/call.ts';
import type { Gate } from '../../../src/pipeline/gate.ts';
import { createGate } from '../../../src/pipeline/run-call.ts';
import type { StageName } from '../../../src/pipeline/stages.ts';
import type {
  AuditEntry,
  Guard,
  PromptDefinition,
  ResourceProvider,
  Route,
  Runtime,
} from '../../../src/plugin/scope.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/http.ts';
import type { ServerIdentity } from '../../../src/server/mcp-binding.ts';
import { createCatalog } from '../../../src/tool/catalog.ts';
import { defineTool, type ToolDefinition } from '../../../src/tool/define-tool.ts';

/*
 * The real pipeline with the least that can stand behind a transport: two keys, a few tools, a log in memory.
 */

export const keys = { alice: 'gh_aaaaaaaa_alice-secret', bob: 'gh_bbbbbbbb_bob-secret' } as const;

export const identity: ServerIdentity = {
  serverInfo: { name: 'gatehouse-test', version: '1.0.0' },
  instructions: 'For tests.',
};

const settings: ServerSettings = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://gatehouse.test:3000',
  trustedProxies: [],
  allowedHosts: [],
  allowedOrigins: [],
  maxBodyBytes: 10_000,
  queryTimeLimit: 1000,
  shutdownTimeLimit: 1000,
  logLevel: 'silent',
};

const hints = { readOnly: true, destructive: false, idempotent: true, openWorld: false };

function tool(name: string, run: (args: { text?: string }, context: CallContext) => Promise<Record<string, unknown>>) {
  return defineTool({
    name,
    title: name,
    description: name,
    input: z.strictObject({ text: z.string().optional() }),
    output: z.object({}),
    hints,
    scope: () => 'read',
    touches: () => [],
    run: async (args, context) => ({ structured: await run(args, context) }),
  });
}

export interface TestServerOptions {
  readonly settings?: Partial<ServerSettings>;
  readonly tools?: readonly ToolDefinition[];
  readonly prompts?: readonly PromptDefinition[];
  readonly resources?: readonly ResourceProvider[];
  readonly routes?: readonly Route[];
  readonly guards?: readonly [StageName, Guard][];
  readonly now?: () => number;
}

export interface TestServer {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly server: HttpServer;
  readonly entries: AuditEntry[];
  /** Secrets that are let in. */
  readonly valid: Set<string>;
  /** While true the log cannot be written; `delay`: what every entry waits for. */
  audit: { isBroken: boolean; delay?: () => Promise<void> };
  policyChanged(): void;
  onPolicyChanged(listener: () => void): () => void;
}

/** Everything but the listening. */
export function testServer(options: TestServerOptions = {}): TestServer {
  const entries: AuditEntry[] = [];
  const valid = new Set<string>(Object.values(keys));
  const listeners = new Set<() => void>();
  const audit: TestServer['audit'] = { isBroken: false };
  const principals = new Map<string, Principal>();
  let ids = 0;
  const next = () => {
    ids += 1;
    return ids;
  };
  const runtime = {
    log: pino({ level: 'silent' }),
    server: { ...settings, ...options.settings },
    now: options.now ?? (() => 1_700_000_000_000),
    ticks: () => 0,
    newId: () => String(next()).padStart(24, '0'),
    randomBytes: (size: number) => Buffer.alloc(size, next()),
    emit: () => undefined,
    store: { ping: async () => undefined },
  } as unknown as Runtime;
  const authenticate: Guard<'authenticate'> = {
    name: 'test key',
    check(call) {
      if (call.presented?.via === 'query') throw kernelErrors.UNAUTHENTICATED({ detail: 'in the URL' });
      const secret = call.presented?.secret ?? '';
      if (!valid.has(secret)) return undefined;
      call.responseHeaders['X-RateLimit-Limit'] = '60';
      const known = principals.get(secret) ?? principalOf(secret);
      principals.set(secret, known);
      return known;
    },
  };
  const guards = new Map<StageName, Guard[]>([['authenticate', [authenticate as Guard]]]);
  for (const [stage, guard] of options.guards ?? []) guards.set(stage, [...(guards.get(stage) ?? []), guard]);
  const gate = createGate({
    runtime,
    catalog: createCatalog({
      tools: [
        tool('echo', async ({ text }) => ({ text: text ?? '' })),
        tool('fail', async () => {
          throw new Error('secret internals: /etc/passwd');
        }),
        ...(options.tools ?? []),
      ],
      prompts: options.prompts ?? [],
      resources: options.resources ?? [],
    }),
    guards,
    sinks: [
      {
        name: 'memory',
        async write(entry) {
          await audit.delay?.();
          if (audit.isBroken) throw new Error('disk full');
          entries.push(entry);
        },
      },
    ],
    contextOf(call, { signal = new AbortController().signal, interaction }) {
      if (!call.principal) throw kernelErrors.UNAUTHENTICATED();
      return { call, principal: call.principal, signal, interaction } as unknown as CallContext;
    },
  });
  function onPolicyChanged(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
  const server = createHttpServer({
    gate,
    runtime,
    routes: options.routes ?? [],
    identity,
    onPolicyChanged,
  });
  return {
    gate,
    runtime,
    server,
    entries,
    valid,
    audit,
    onPolicyChanged,
    policyChanged() {
      for (const listener of listeners) listener();
    },
  };
}

function principalOf(secret: string): Principal {
  return {
    user: { id: secret, login: secret, name: secret, timeZone: 'UTC' },
    groups: new Set(),
    credential: {
      kind: 'api-key',
      id: secret,
      label: secret.slice(0, 11),
      scopes: new Set(['read']),
      models: null,
      fields: null,
    },
  };
}
