import { randomBytes } from 'node:crypto';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { createAgreements } from '../../../src/confirmation/agreements.ts';
import { createConfirm } from '../../../src/confirmation/create-confirm.ts';
import { confirmationModel } from '../../../src/confirmation/model.ts';
import type { AccessLayer, CallContext, Operation, Principal, ToolResult } from '../../../src/index.ts';
import { defineModel, field, not, operations } from '../../../src/index.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { createEnvironment } from '../../../src/model/create-environment.ts';
import { buildRegistry } from '../../../src/model/registry.ts';
import { renderToolResult } from '../../../src/pipeline/methods.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { TestStore } from '../../support/stores.ts';
import { toolNamed, tools } from './all-tools.ts';

/** What the company keeps. */
export const models = [
  defineModel({
    name: 'x.partner',
    label: 'Contact',
    description: 'A person or company.',
    order: 'name',
    fields: {
      name: field.char({ required: true, searchable: true }),
      ref: field.char({ unique: true }),
      email: field.char({ searchable: true, classify: 'pii', help: 'Where letters go.' }),
      notes: field.text({ searchable: true }),
      secret: field.char({ searchable: true, unique: true }),
      credit: field.monetary({ label: 'Credit limit' }),
      state: field.selection({ options: { new: 'New', old: 'Old customer' }, default: 'new' }),
      active: field.boolean(),
      document: field.json(),
      parent_id: field.many2one({ to: 'x.partner', onDelete: 'clear' }),
      tag_ids: field.many2many({ to: 'x.tag' }),
      order_ids: field.one2many({ to: 'x.order', inverse: 'partner_id' }),
      vault_id: field.many2one({ to: 'x.vault' }),
      internal: field.boolean({ index: true }),
    },
  }),
  defineModel({
    name: 'x.order',
    label: 'Order',
    description: 'A sale.',
    fields: {
      name: field.char({ required: true, searchable: true }),
      partner_id: field.many2one({ to: 'x.partner', onDelete: 'cascade' }),
      amount: field.monetary(),
      quantity: field.integer(),
      date: field.date(),
    },
  }),
  defineModel({
    name: 'x.tag',
    label: 'Tag',
    description: 'A word that contacts are sorted by.',
    fields: { name: field.char({ required: true, searchable: true }) },
  }),
  defineModel({
    name: 'x.vault',
    label: 'Vault',
    description: 'What only the owner knows.',
    fields: {
      name: field.char({ required: true, searchable: true }),
      code: field.char({ unique: true }),
      keeper_id: field.many2one({ to: 'x.partner', onDelete: 'clear' }),
    },
  }),
];

/** Owners may do everything. The others know nothing of vaults, of secrets, and of internal contacts. */
const layer: AccessLayer = {
  name: 'test access',
  operations({ principal, model }) {
    return new Set(principal.groups.has('owner') || model.name !== 'x.vault' ? operations : []);
  },
  field({ principal, name }) {
    const allowed = principal.groups.has('owner') || (name !== 'secret' && name !== 'internal');
    return { read: allowed, write: allowed };
  },
  rule({ principal, model }) {
    if (principal.groups.has('owner') || model.name !== 'x.partner') return { kind: 'all', of: [] };
    return not({ kind: 'compare', field: 'internal', operator: '=', value: true });
  },
};

function principal(name: string, groups: readonly string[], scopes: readonly Operation[] = operations): Principal {
  return {
    user: { id: '65f0a1b2c3d4e5f6000000aa', login: name, name, timeZone: 'UTC' },
    groups: new Set(groups),
    credential: { kind: 'api-key', id: name, label: name, scopes: new Set(scopes), models: null, fields: null },
  };
}

export const owner = principal('owner', ['owner']);
export const seller = principal('seller', []);
export const reader = principal('reader', [], ['read']);
export const nobody = principal('nobody', [], []);

export interface Company {
  /** The store can change several records all or nothing. */
  readonly hasTransactions: boolean;
  context(who: Principal): CallContext;
  /** Runs a tool as the pipeline does, and holds the answer against the tool's output schema. */
  run(tool: string, args: Record<string, unknown>, who?: Principal): Promise<Answer>;
  /** The same, and where the tool asks for a confirmation, gives it. */
  runConfirmed(tool: string, args: Record<string, unknown>, who?: Principal): Promise<Answer>;
  /** Creates records as the owner; their ids. */
  create(model: string, ...records: Record<string, unknown>[]): Promise<string[]>;
  close(): Promise<void>;
}

/** What a client gets. */
export interface Answer {
  readonly structured: Readonly<Record<string, unknown>>;
  readonly result: ToolResult;
  readonly text: string;
  /** Characters of the whole result as it is sent. */
  readonly length: number;
}

const outputs = new Map(
  Array.from(tools, ([name, tool]) => {
    const schema: object = z.toJSONSchema(tool.output, { io: 'output' });
    return [name, new AjvJsonSchemaValidator().getValidator(schema)];
  }),
);

/** A small company on a real store, with the record tools on it. */
export async function openCompany(at: TestStore): Promise<Company> {
  const { registry, faults } = buildRegistry({ models });
  const kernel = buildRegistry({ models: [confirmationModel] });
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  const clock = { time: Date.parse('2026-03-01T00:00:00Z'), ids: 0 };
  const now = () => {
    clock.time += 1000;
    return clock.time;
  };
  const newId = () => {
    clock.ids += 1;
    return clock.ids.toString(16).padStart(24, '0');
  };
  const store = await openStore({ location: at.location, folder: '/', now, queryTimeLimit: 10_000 });
  await store.open([...registry.all(), ...kernel.registry.all()].map(({ stored }) => stored));
  const agreements = createAgreements({ store, now, newId, randomBytes });
  const policy = createAccessPolicy({ registry, layers: [layer] });
  const context = (who: Principal): CallContext => ({
    call: { touches: [] as CallContext['call']['touches'] } as CallContext['call'],
    principal: who,
    policy,
    signal: new AbortController().signal,
    confirm: createConfirm({ agreements, principal: who, dialogue: undefined }),
    env: createEnvironment({
      registry,
      store,
      policy,
      principal: who,
      now,
      newId,
      publicUrl: 'https://gate.example',
    }),
  });
  const company: Company = {
    hasTransactions: store.capabilities.transactions,
    context,
    async run(name, args, who = owner) {
      const tool = toolNamed(name);
      const result = await tool.run(tool.input.parse(args), context(who));
      const rendered = JSON.parse(JSON.stringify(renderToolResult(result)));
      const checked = outputs.get(name)?.(rendered.structuredContent);
      if (!checked?.valid) throw new Error(`${name} answers what its schema does not allow: ${checked?.errorMessage}`);
      const [{ text }] = rendered.content;
      return { structured: rendered.structuredContent, result, text, length: JSON.stringify(rendered).length };
    },
    async runConfirmed(name, args, who = owner) {
      const answer = await company.run(name, args, who);
      const asked = answer.structured.confirmation as { token: string } | undefined;
      return asked ? company.run(name, { ...args, confirmation: asked.token }, who) : answer;
    },
    async create(model, ...records) {
      const made: string[] = [];
      // One at a time: not every store has transactions.
      for (const record of records)
        made.push(...(await context(owner).env.of(model).create([record])).map(({ id }) => id));
      return made;
    },
    close: () => store.close(),
  };
  return company;
}

/** For the tests of one `describe`: a company on a store. `use` is told of it once. */
export function withCompany(open: () => Promise<TestStore>, use: (company: Company) => void | Promise<void>): void {
  let store: TestStore;
  let company: Company;
  beforeAll(async () => {
    store = await open();
    company = await openCompany(store);
    await use(company);
  });
  afterAll(async () => {
    await company?.close();
    await store?.drop();
  });
}
