import { pino } from 'pino';
import { webhookCommands } from '../../../plugins/webhooks/commands/webhook.ts';
import { settings, type WebhookSettings } from '../../../plugins/webhooks/settings.ts';
import { type App, boot } from '../../../src/boot.ts';
import { silentTerminal } from '../../../src/cli/terminal.ts';
import {
  always,
  defineConfig,
  defineModel,
  field,
  type PolicySet,
  type Row,
  type Runtime,
  requireAddressList,
} from '../../../src/index.ts';
import { runInProcess } from '../../support/command-in-process.ts';
import { type FakeClock, standingClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';

export const models = [
  defineModel({
    name: 'x.partner',
    label: 'Partner',
    description: 'Somebody to sell to.',
    fields: {
      name: field.char({ required: true }),
      email: field.char({ classify: 'pii' }),
      phone: field.char(),
      code: field.char({ unique: true }),
      owner: field.char({ index: true }),
      notes: field.text({ maxLength: 1_000_000 }),
    },
  }),
  defineModel({ name: 'x.vault', label: 'Vault', description: 'Secrets.', fields: { name: field.char() } }),
];

/** Sales see the partners that are theirs, no e-mail and little of the phone; bosses see all. */
export const policies: Partial<PolicySet> = {
  groups: { sales: { label: 'Sales' }, boss: { label: 'Boss' } },
  access: [
    { model: 'x.partner', group: 'sales', read: true, write: true },
    { model: 'x.partner', group: 'boss', read: true, write: true },
    ...['webhooks.subscription', 'webhooks.subscription-secret', 'webhooks.delivery'].map(model => ({
      model,
      group: 'boss',
      read: true,
      write: true,
      create: true,
      delete: true,
    })),
  ],
  rules: [
    { name: 'own', model: 'x.partner', group: 'sales', domain: [['owner', '=', { user: 'login' }]] },
    { name: 'all', model: 'x.partner', group: 'boss', domain: [] },
  ],
  permissions: [
    { model: 'x.partner', read: true, write: true },
    ...['webhooks.subscription', 'webhooks.subscription-secret', 'webhooks.delivery'].map(model => ({
      model,
      read: true,
      write: true,
      create: true,
      delete: true,
    })),
  ],
  fields: [
    { classify: 'pii', except: ['boss'] },
    { model: 'x.partner', fields: ['phone'], mask: 'phone', except: ['boss'] },
  ],
};

/** One instance on a store, with a clock that stands until it is moved. */
export interface WebhookHouse {
  readonly app: App;
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  user(login: string, groups: readonly string[]): Promise<string>;
  /** Sets the groups of a user. */
  regroup(id: string, groups: readonly string[]): Promise<void>;
  /** A webhook for record events of `x.partner` unless said otherwise. */
  webhook(input: {
    url: string;
    user?: string;
    name?: string;
    events?: string;
    models?: string;
  }): Promise<{ id: string; secret: string }>;
  partner(values?: Readonly<Record<string, unknown>>): Promise<string>;
  change(id: string, values: Readonly<Record<string, unknown>>): Promise<void>;
  remove(id: string): Promise<void>;
  deliveries(): Promise<Row[]>;
  /** Lets time pass, a step at a time and never during an attempt, until something holds. `step`: ms, default 1,000. */
  passing(check: () => Promise<boolean> | boolean, step?: number): Promise<void>;
  /** Runs a command line; what `--json` printed. */
  command<T = Record<string, unknown>>(line: readonly string[]): Promise<T>;
  stop(): Promise<void>;
}

export interface HouseInput {
  readonly location: string;
  readonly settings?: Partial<WebhookSettings>;
  readonly clock?: FakeClock;
  readonly role?: 'server' | 'command';
}

export async function openWebhookHouse(input: HouseInput): Promise<WebhookHouse> {
  const clock = input.clock ?? standingClock();
  const webhooks = { allowHttp: true, allowAddresses: ['127.0.0.0/8'], ...input.settings };
  const app = await boot({
    configFile: '/house/mcp.config.ts',
    config: defineConfig({
      store: input.location,
      plugins: { base: {}, records: {}, security: {}, webhooks },
      models,
      policies,
    }),
    log: pino({ level: process.env.HOUSE_LOG ?? 'silent' }),
    terminal: silentTerminal,
    now: clock.now,
    clock,
    role: input.role ?? 'server',
  });
  await app.start();
  const { runtime } = app;
  const system = (model: string) => runtime.system('test').of(model);
  const rules = {
    resolve: async () => ['127.0.0.1'],
    allowHttp: true,
    allowAddresses: requireAddressList(settings.parse(webhooks).allowAddresses),
  };

  async function groupIds(names: readonly string[]): Promise<string[]> {
    const { records } = await system('base.group').search({ fields: ['name'] });
    return records.filter(({ values }) => names.includes(String(values.name))).map(({ id }) => id);
  }

  async function command<T>(line: readonly string[]): Promise<T> {
    const register = [webhookCommands({ rules, rotationHours: 24 })];
    const { json } = await runInProcess({ runtime, register, line: ['webhook', ...line, '--json'] });
    return json as T;
  }

  const deliveries = () =>
    runtime.store.find({
      model: 'webhooks.delivery',
      where: always,
      order: [
        { field: 'occurred_at', descending: false },
        { field: 'sequence', descending: false },
      ],
    });

  return {
    app,
    runtime,
    clock,
    command,
    async user(login, groups) {
      const [made] = await system('base.user').create([{ login, name: login, groups: await groupIds(groups) }]);
      return made?.id ?? '';
    },
    async regroup(id, groups) {
      await system('base.user').write([id], { groups: await groupIds(groups) });
    },
    webhook({ url, user = 'sara', name = 'test', events = 'record.created,record.updated,record.deleted', ...rest }) {
      const models = rest.models ?? (events.includes('record.') ? 'x.partner' : '');
      const line = ['create', '--url', url, '--user', user, '--name', name, '--events', events];
      return command([...line, ...(models === '' ? [] : ['--models', models])]);
    },
    async partner(values = {}) {
      const [made] = await system('x.partner').create([{ name: 'Acme', owner: 'sara', ...values }]);
      return made?.id ?? '';
    },
    async change(id, values) {
      await system('x.partner').write([id], values);
    },
    async remove(id) {
      await system('x.partner').delete([id]);
    },
    deliveries,
    passing: (check, step = 1_000) =>
      until(async () => {
        if (await check()) return true;
        if (!(await deliveries()).some(isUnderWay)) await clock.advance(step);
        return false;
      }),
    stop: () => app.stop(),
  };
}

/** Its lease runs: the time that an attempt may take, and a minute. */
function isUnderWay({ state, last_attempt_at: begun, next_at: next }: Row): boolean {
  return state === 'queued' && Date.parse(String(next)) - Date.parse(String(begun)) === 75_000;
}
