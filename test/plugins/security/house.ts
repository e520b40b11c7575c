import { pino } from 'pino';
import { registerGroupCommands } from '../../../plugins/base/commands/group.ts';
import { registerUserCommands } from '../../../plugins/base/commands/user.ts';
import { registerAlertCommands } from '../../../plugins/security/commands/alert.ts';
import { auditCommands } from '../../../plugins/security/commands/audit.ts';
import { registerKeyCommands } from '../../../plugins/security/commands/key.ts';
import { rotationCommands } from '../../../plugins/security/commands/key-rotate.ts';
import { registerPermissionCommands } from '../../../plugins/security/commands/permission.ts';
import { sessionCommands } from '../../../plugins/security/commands/session.ts';
import { createKey, type NewKey } from '../../../plugins/security/plugin.ts';
import { type SecuritySettings, settings as securitySettings } from '../../../plugins/security/settings.ts';
import { type App, boot } from '../../../src/boot.ts';
import { silentTerminal } from '../../../src/cli/terminal.ts';
import type { MailSettings } from '../../../src/config/define-config.ts';
import {
  always,
  type Call,
  defineConfig,
  defineModel,
  field,
  type PolicySet,
  type Runtime,
} from '../../../src/index.ts';
import type { InboundMessage, Refusal } from '../../../src/pipeline/gate.ts';
import { runInProcess } from '../../support/command-in-process.ts';
import { putOffJobs } from '../../support/put-off-jobs.ts';

const parsed = securitySettings.parse({});

const commands = [
  registerAlertCommands,
  registerGroupCommands,
  registerUserCommands,
  auditCommands({ signer: undefined }),
  registerKeyCommands,
  rotationCommands(parsed.rotation),
  registerPermissionCommands,
  sessionCommands(parsed.sessions),
];

/** Partners for all who sell, a vault for nobody. */
const models = [
  defineModel({
    name: 'x.partner',
    label: 'Partner',
    description: 'Somebody to sell to.',
    fields: {
      name: field.char({ required: true, searchable: true }),
      email: field.char({ classify: 'pii', unique: true }),
      owner: field.char({ index: true }),
    },
  }),
  defineModel({ name: 'x.vault', label: 'Vault', description: 'Secrets.', fields: { name: field.char() } }),
];

export const policies: Partial<PolicySet> = {
  groups: { sales: { label: 'Sales' }, boss: { label: 'Boss', implies: ['sales'] }, hr: { label: 'HR' } },
  access: [{ model: 'x.partner', group: 'sales', read: true, write: true, create: true }],
  rules: [],
  permissions: [{ model: 'x.partner', read: true, write: true }],
  fields: [{ classify: 'pii', except: ['hr'] }],
};

/** One instance of a Gatehouse on a store, without a server, on a clock of its own. */
export interface House {
  readonly app: App;
  readonly runtime: Runtime;
  readonly clock: { now: number };
  user(login: string, groups?: readonly string[]): Promise<string>;
  key(input: Partial<Omit<NewKey, 'runtime'>>): Promise<{ id: string; prefix: string; key: string }>;
  /** One call through the whole gate. Default: lists the tools. */
  call(input: CallInput): Promise<Answer>;
  /** A look at a stream that this call has opened; the code of its refusal. */
  recheck(input: CallInput): Promise<string | undefined>;
  /** Runs a command line; what `--json` printed. `secret`: what is typed where one is asked for. */
  command(line: readonly string[], input?: { secret?: string }): Promise<unknown>;
  stop(): Promise<void>;
}

export interface CallInput {
  readonly key?: string | undefined;
  readonly via?: 'bearer' | 'x-api-key' | 'query' | 'environment';
  readonly address?: string;
  readonly client?: Partial<InboundMessage['client']>;
  readonly era?: 'modern' | 'legacy';
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly call: Call;
  readonly refusal: Refusal | undefined;
  /** The refusal's code, or that of the tool's own failure. */
  readonly code: string | undefined;
  readonly result: Record<string, unknown> | undefined;
}

export async function openHouse(input: {
  location: string;
  settings?: Partial<SecuritySettings>;
  policies?: Partial<PolicySet>;
  mail?: Partial<MailSettings>;
  clock?: { now: number };
  /** Mails and what plugins do beside the calls; jobs by hand alone, as the clock is moved. Default false. */
  background?: boolean;
}): Promise<House> {
  const clock = input.clock ?? { now: Date.parse('2026-11-23T12:00:00Z') };
  const config = defineConfig({
    store: input.location,
    ...(input.mail && { mail: input.mail }),
    plugins: { base: {}, records: {}, security: input.settings ?? {} },
    models,
    policies: { ...policies, ...input.policies },
  });
  const app = await boot({
    configFile: '/house/mcp.config.ts',
    config,
    log: pino({ level: process.env.HOUSE_LOG ?? 'silent' }),
    terminal: silentTerminal,
    now: () => clock.now,
    role: input.background ? 'server' : 'command',
  });
  await app.start();
  if (input.background) await putOffJobs(app);
  const { runtime, gate } = app;

  function receive(asked: CallInput): Call {
    const { key, via = 'bearer', address = '203.0.113.7', client, era = 'modern', tool, args } = asked;
    return gate.receive({
      transport: 'http',
      era,
      protocolVersion: era === 'modern' ? '2026-07-28' : '2025-11-25',
      method: tool ? 'tools/call' : 'tools/list',
      params: tool ? { name: tool, arguments: args ?? {} } : {},
      client: { name: 'test', version: '1', userAgent: 'vitest', sessionId: undefined, ...client },
      address,
      presented: key === undefined ? undefined : { secret: key, via },
      traceparent: undefined,
    });
  }

  async function call(asked: CallInput): Promise<Answer> {
    const received = receive(asked);
    const admitted = await gate.admit(received);
    if (admitted) return { call: received, refusal: admitted, code: admitted.error.code, result: undefined };
    const performed = await gate.perform(received);
    if (performed.ok) return { call: received, refusal: undefined, code: undefined, result: performed.result };
    return { call: received, refusal: performed.refusal, code: performed.refusal.error.code, result: undefined };
  }

  async function command(line: readonly string[], { secret }: { secret?: string } = {}): Promise<unknown> {
    const { json, written } = await runInProcess({ runtime, register: commands, line, secret });
    return json ?? (written === '' ? undefined : written);
  }

  return {
    app,
    runtime,
    clock,
    call,
    recheck: async asked => (await gate.recheck(receive(asked)))?.error.code,
    command,
    async user(login, groups = ['sales']) {
      const known = await runtime.store.find({ model: 'base.group', where: always });
      const names = new Map(known.map(({ name, id }) => [name, id]));
      const values = { login, name: login, groups: groups.map(name => names.get(name)) };
      const [made] = await runtime.system('test').of('base.user').create([values]);
      return made?.id ?? '';
    },
    key: settings => createKey({ runtime, name: 'test', user: 'sara', scopes: ['read'], rate: 100_000, ...settings }),
    stop: () => app.stop(),
  };
}

/** Waits until something holds; how long that takes is no part of any test. */
export async function eventually(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await check()) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('it never came to hold');
}
