import type { AccessLayer, AccessPolicy } from '../../../src/model/access-policy.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { createEnvironment } from '../../../src/model/create-environment.ts';
import { defineModel } from '../../../src/model/define-model.ts';
import { parseDomain } from '../../../src/model/domain.ts';
import type { Environment, ReachedRecords, RecordChange } from '../../../src/model/environment.ts';
import { field } from '../../../src/model/field.ts';
import type { Mask } from '../../../src/model/mask.ts';
import { type Operation, operations, type Principal, systemPrincipal } from '../../../src/model/principal.ts';
import { buildRegistry, type Registry } from '../../../src/model/registry.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/port.ts';
import { sqliteStore, type TestStore } from '../../support/stores.ts';

export const country = defineModel({
  name: 'base.country',
  label: 'Country',
  description: 'A country.',
  fields: { name: field.char({ required: true }), code: field.char({ unique: true, maxLength: 2 }) },
});

export const tag = defineModel({
  name: 'crm.tag',
  label: 'Tag',
  description: 'A label for partners.',
  fields: { name: field.char({ required: true }), private: field.boolean() },
});

export const partner = defineModel({
  name: 'crm.partner',
  label: 'Contact',
  description: 'A person or a company.',
  order: 'name, id desc',
  fields: {
    name: field.char({ required: true, searchable: true }),
    email: field.char({ unique: true, searchable: true }),
    notes: field.text({ searchable: true }),
    secret: field.char({ unique: true, searchable: true, index: true }),
    rank: field.integer({ default: 0 }),
    score: field.float(),
    credit: field.monetary(),
    active: field.boolean({ default: true }),
    birthday: field.date(),
    seen: field.datetime(),
    kind: field.selection({ options: { person: 'Person', company: 'Company' }, default: 'person' }),
    parent_id: field.many2one({ to: 'crm.partner', onDelete: 'clear' }),
    country_id: field.many2one({ to: 'base.country' }),
    tag_ids: field.many2many({ to: 'crm.tag' }),
    child_ids: field.one2many({ to: 'crm.partner', inverse: 'parent_id' }),
    order_ids: field.one2many({ to: 'sale.order', inverse: 'partner_id' }),
    extra: field.json(),
    source: field.char({ readonly: true, default: 'desk' }),
    initial: field.computed({ from: ['name'], compute: ({ name }) => String(name).slice(0, 1) }),
    hint: field.computed({ from: ['name', 'secret'], compute: ({ name, secret }) => `${name}${secret}` }),
  },
});

export const order = defineModel({
  name: 'sale.order',
  label: 'Order',
  description: 'An order of a partner.',
  fields: {
    name: field.char({ required: true }),
    state: field.selection({ options: { draft: 'Draft', done: 'Done' }, default: 'draft', required: true }),
    amount: field.monetary(),
    date: field.date(),
    partner_id: field.many2one({ to: 'crm.partner' }),
    line_ids: field.one2many({ to: 'sale.line', inverse: 'order_id' }),
    owner: field.char(),
  },
});

export const line = defineModel({
  name: 'sale.line',
  label: 'Order line',
  description: 'A position of an order.',
  title: 'text',
  fields: {
    text: field.char(),
    quantity: field.integer(),
    order_id: field.many2one({ to: 'sale.order', onDelete: 'cascade', required: true }),
    part_of: field.many2one({ to: 'sale.line', onDelete: 'cascade' }),
  },
});

export const vault = defineModel({
  name: 'hr.vault',
  label: 'Vault',
  description: 'What nobody but its keepers knows of.',
  fields: { name: field.char(), partner_id: field.many2one({ to: 'crm.partner' }) },
});

export const models = [country, tag, partner, order, line, vault];

export function companyRegistry(): Registry {
  const { registry, faults } = buildRegistry({ models });
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  return registry;
}

/** What one user may do in a test: everything that is not taken away here. */
export interface Rights {
  /** Operations by model; a model that is not named has them all, null has none. */
  readonly models?: Readonly<Record<string, readonly Operation[] | null>>;
  /** Fields that the user may not read or write, as `crm.partner.secret`. */
  readonly hidden?: readonly string[];
  /** Fields that the user sees masked, and may write. */
  readonly masked?: Readonly<Record<string, Mask>>;
  /** Fields that the user may write and not read. */
  readonly writeOnly?: readonly string[];
  /** Record rules by model, for all operations or for the one after the colon: `sale.order:write`. */
  readonly rules?: Readonly<Record<string, readonly unknown[]>>;
}

export function layerOf(registry: Registry, rights: ReadonlyMap<Principal, Rights>): AccessLayer {
  return {
    name: 'test',
    operations({ principal, model }) {
      const own = rights.get(principal)?.models;
      const allowed = own && Object.hasOwn(own, model.name) ? own[model.name] : operations;
      return new Set(allowed ?? []);
    },
    field({ principal, model, name }) {
      const path = `${model.name}.${name}`;
      if (rights.get(principal)?.hidden?.includes(path)) return { read: false, write: false };
      const mask = rights.get(principal)?.masked?.[path];
      if (mask) return { read: false, write: true, mask };
      return { read: !rights.get(principal)?.writeOnly?.includes(path), write: true };
    },
    rule({ principal, model, operation }) {
      const rules = rights.get(principal)?.rules ?? {};
      const domain = [...(rules[model.name] ?? []), ...(rules[`${model.name}:${operation}`] ?? [])];
      const registered = registry.get(model.name);
      if (!registered) throw new Error(model.name);
      return parseDomain({ domain, model: registered, registry, user: principal.user });
    },
  };
}

export interface Company {
  readonly registry: Registry;
  readonly store: Store;
  readonly policy: AccessPolicy;
  readonly system: Environment;
  readonly changes: RecordChange[];
  readonly reached: ReachedRecords[];
  /** Reasons for which access was lifted. */
  readonly lifted: string[];
  /** A user with these rights. */
  as(rights: Rights, login?: string): Environment;
  close(): Promise<void>;
}

/** A company without records, in a store of its own: an SQLite file where none is given. */
export async function openCompany(
  options: { wrap?: (store: Store) => Store; given?: TestStore } = {},
): Promise<Company> {
  const { wrap = store => store, given = await sqliteStore() } = options;
  const registry = companyRegistry();
  const opened = await openStore({ location: given.location, folder: '/', now: () => 0, queryTimeLimit: 10_000 });
  await opened.open(registry.all().map(({ stored }) => stored));
  const store = wrap(opened);
  const rights = new Map<Principal, Rights>();
  const policy = createAccessPolicy({ registry, layers: [layerOf(registry, rights)] });
  const changes: RecordChange[] = [];
  const reached: ReachedRecords[] = [];
  const lifted: string[] = [];
  let ids = 0;
  const environment = (principal: Principal): Environment =>
    createEnvironment({
      registry,
      store,
      policy,
      principal,
      now: () => Date.parse('2026-01-31T12:00:00Z'),
      newId: () => {
        ids += 1;
        return ids.toString(16).padStart(24, '0');
      },
      publicUrl: 'https://gate.example',
      onChange: change => changes.push(change),
      onReach: reach => reached.push(reach),
      onSystem: reason => lifted.push(reason),
    });
  return {
    registry,
    store,
    policy,
    changes,
    reached,
    lifted,
    system: environment(systemPrincipal('test')),
    as(given, login = 'sara') {
      const principal: Principal = {
        user: { id: 'f'.repeat(24), login, name: login, timeZone: 'UTC' },
        groups: new Set(['sales']),
        credential: {
          kind: 'api-key',
          id: 'k',
          label: 'k',
          scopes: new Set(operations),
          models: null,
          fields: null,
        },
      };
      rights.set(principal, given);
      return environment(principal);
    },
    async close() {
      await opened.close();
      await given.drop();
    },
  };
}

/** Creates one record with the server's rights; its public id. */
export async function add(company: Company, model: string, values: Record<string, unknown>): Promise<string> {
  const [record] = await company.system.of(model).create([values]);
  if (!record) throw new Error(`${model} was not created`);
  return record.id;
}

/** What a promise is refused with. */
export async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string; data: unknown }> {
  try {
    await work;
  } catch (thrown) {
    const error = thrown as { code: string; publicMessage: string; data: unknown };
    return { code: error.code, message: error.publicMessage, data: error.data };
  }
  throw new Error('it was not refused');
}

/** What another call would do in between: done once, right before the next write reaches the store. */
export function interruption() {
  let meanwhile: (() => Promise<unknown>) | undefined;
  return {
    during(work: () => Promise<unknown>): void {
      meanwhile = work;
    },
    wrap: (store: Store): Store => ({
      ...store,
      async write(operations, options) {
        const work = meanwhile;
        meanwhile = undefined;
        await work?.();
        return store.write(operations, options);
      },
    }),
  };
}
