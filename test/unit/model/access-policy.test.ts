import { describe, expect, test } from 'vitest';
import { hasCode } from '../../../src/errors.ts';
import type { AccessLayer } from '../../../src/model/access-policy.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { defineModel } from '../../../src/model/define-model.ts';
import { field } from '../../../src/model/field.ts';
import type { Mask } from '../../../src/model/mask.ts';
import {
  type Credential,
  type Operation,
  operations,
  type Principal,
  systemPrincipal,
} from '../../../src/model/principal.ts';
import { buildRegistry } from '../../../src/model/registry.ts';
import { all, equals } from '../../../src/store/condition.ts';
import { verifies } from '../../requirements.ts';
import { models } from './company.ts';

const ledger = defineModel({
  name: 'a.ledger',
  label: 'Ledger',
  description: 'Written by the server alone.',
  protected: true,
  fields: { name: field.char(), wage: field.integer({ groups: ['hr'] }) },
});
const { registry } = buildRegistry({ models: [...models, ledger] });

function user(parts: { groups?: string[]; credential?: Partial<Credential> } = {}): Principal {
  return {
    user: { id: 'a'.repeat(24), login: 'sara', name: 'Sara', timeZone: 'UTC' },
    groups: new Set(parts.groups),
    credential: {
      kind: 'api-key',
      id: 'k',
      label: 'k',
      scopes: new Set(operations),
      models: null,
      fields: null,
      ...parts.credential,
    },
  };
}

function allowing(...allowed: Operation[]): AccessLayer {
  return { name: allowed.join() || 'none', operations: () => new Set(allowed) };
}

function policyOf(...layers: AccessLayer[]) {
  return createAccessPolicy({ registry, layers });
}

/** Masks fields, as `crm.partner.name`. */
function masking(mask: Mask, ...paths: string[]): AccessLayer {
  return {
    name: 'masking',
    field: ({ model, name }) =>
      paths.includes(`${model.name}.${name}`) ? { read: false, write: true, mask } : { read: true, write: true },
  };
}

/** Takes fields away, as `crm.partner.name`. */
function hiding(...paths: string[]): AccessLayer {
  return {
    name: 'hiding',
    field: ({ model, name }) => {
      const shown = !paths.includes(`${model.name}.${name}`);
      return { read: shown, write: shown };
    },
  };
}

describe(`${verifies('PERM-1', 'PERM-2')} operations`, () => {
  test.each<[string, AccessLayer[], Operation[]]>([
    ['no layer', [], []],
    ['no layer with an opinion on operations', [hiding()], []],
    ['one layer', [allowing('read', 'write')], ['read', 'write']],
    ['two layers: what both allow', [allowing('read', 'write'), allowing('write', 'delete')], ['write']],
    ['two layers that agree on nothing', [allowing('read'), allowing('write')], []],
  ])('%s', (_, layers, allowed) => {
    const access = policyOf(...layers).of(user(), 'crm.partner');
    expect([...(access?.operations ?? [])]).toEqual(allowed);
    expect(access === undefined).toBe(allowed.length === 0);
  });

  test(`${verifies('MODEL-1')} a credential's limits take away, and never add`, () => {
    const policy = policyOf(allowing('read', 'write'));
    const limited = user({
      credential: { scopes: new Set<Operation>(['read', 'delete']), models: new Set(['crm.partner', 'hr.vault']) },
    });
    expect(policy.models(limited).map(({ model, operations: own }) => [model.name, ...own])).toEqual([
      ['crm.partner', 'read'],
      ['hr.vault', 'read'],
    ]);
  });

  test('a protected model is written by the server alone', () => {
    const policy = policyOf(allowing(...operations));
    expect([...(policy.of(user(), 'a.ledger')?.operations ?? [])]).toEqual(['read']);
    const system = policy.of(systemPrincipal('test'), 'a.ledger');
    expect(system?.operations.size).toBe(4);
    expect(system?.fields.get('name')?.write).toBe(true);
    expect(system?.fields.get('createdBy')?.write).toBe(false);
  });

  test('names that are none', () => {
    const policy = policyOf(allowing('read'));
    for (const name of ['__proto__', 'constructor', '', 'no.such']) expect(policy.of(user(), name)).toBe(undefined);
  });
});

describe(`${verifies('FIELD-1')} fields`, () => {
  const fieldsOf = (principal: Principal, model: string, ...layers: AccessLayer[]) =>
    policyOf(allowing(...operations), ...layers).of(principal, model)?.fields;

  test('only what all layers allow; id and version always', () => {
    const fields = fieldsOf(user(), 'crm.tag', hiding('crm.tag.private'), hiding('crm.tag.id', 'crm.tag.createdBy'));
    expect(fields?.has('private')).toBe(false);
    expect(fields?.has('createdBy')).toBe(false);
    expect(fields?.get('id')).toEqual({ read: true, write: false });
    expect(fields?.get('version')).toEqual({ read: true, write: false });
    expect(fields?.get('name')).toEqual({ read: true, write: true });
  });

  test('readonly, computed and one2many are not written', () => {
    const fields = fieldsOf(user(), 'crm.partner');
    for (const name of ['source', 'initial', 'child_ids', 'createdAt']) {
      expect(fields?.get(name)).toEqual({ read: true, write: false });
    }
  });

  test("a field's own groups", () => {
    expect(fieldsOf(user(), 'a.ledger')?.has('wage')).toBe(false);
    expect(fieldsOf(user({ groups: ['hr'] }), 'a.ledger')?.get('wage')?.read).toBe(true);
  });

  test("a credential's list of fields", () => {
    const limited = user({ credential: { fields: new Map([['crm.tag', new Set(['name'])]]) } });
    expect([...(fieldsOf(limited, 'crm.tag')?.keys() ?? [])]).toEqual(['id', 'version', 'name']);
    expect(fieldsOf(limited, 'base.country')?.has('code')).toBe(true);
  });

  test.each<[string, string, AccessLayer]>([
    ['a computed field whose source is hidden', 'hint', hiding('crm.partner.secret')],
    ['a one2many whose inverse is hidden', 'order_ids', hiding('sale.order.partner_id')],
    ['a relation to a model that may not be read', 'order_ids', without('sale.order')],
    ['a many2one to one', 'country_id', without('base.country')],
    ['a many2many to one', 'tag_ids', without('crm.tag')],
  ])('%s is hidden', (_, name, layer) => {
    expect(fieldsOf(user(), 'crm.partner')?.has(name)).toBe(true);
    expect(fieldsOf(user(), 'crm.partner', layer)?.has(name)).toBe(false);
  });

  test('a title that may not be read is none', () => {
    const access = policyOf(allowing('read'), hiding('crm.partner.name')).of(user(), 'crm.partner');
    expect(access?.titleField).toBe(undefined);
    expect(access?.fullFields.map(([name]) => name)).not.toContain('name');
    expect(access?.fullFields.map(([name]) => name)).not.toContain('initial');
  });

  test('without the operation nothing is read, or written', () => {
    const writer = policyOf(allowing('write')).of(user(), 'crm.tag');
    expect(writer?.fields.get('name')).toEqual({ read: false, write: true });
    const reader = policyOf(allowing('read')).of(user(), 'crm.tag');
    expect(reader?.fields.get('name')).toEqual({ read: true, write: false });
  });
});

describe('record rules', () => {
  test('all layers must hold', () => {
    const layers: AccessLayer[] = [
      { name: 'one', rule: () => equals('state', 'draft') },
      { name: 'two', rule: ({ operation }) => equals('owner', operation) },
    ];
    const access = policyOf(allowing(...operations), ...layers).of(user(), 'sale.order');
    expect(access?.rule('write')).toEqual(all(equals('state', 'draft'), equals('owner', 'write')));
    expect(access?.rule('write')).toBe(access?.rule('write'));
  });

  test('a rule that cannot be read refuses, and says nothing of it to the caller', () => {
    const broken: AccessLayer = {
      name: 'rules',
      rule: () => {
        throw new Error('secret of the operator');
      },
    };
    const access = policyOf(allowing('read'), broken).of(user(), 'sale.order');
    try {
      access?.rule('read');
      expect.unreachable();
    } catch (thrown) {
      expect(hasCode(thrown, 'INTERNAL') && thrown.publicMessage).not.toContain('secret');
    }
  });

  test('the server itself has none', () => {
    const never: AccessLayer = { name: 'never', rule: () => equals('id', null) };
    const system = policyOf(never).of(systemPrincipal('test'), 'sale.order');
    expect(system?.rule('delete')).toEqual(all());
  });
});

test('what is derived is kept for the principal, until it is invalid', () => {
  let asked = 0;
  const counting: AccessLayer = {
    name: 'counting',
    operations: () => {
      asked += 1;
      return new Set<Operation>(['read']);
    },
  };
  const policy = policyOf(counting);
  const sara = user();
  expect(policy.of(sara, 'hr.vault')).toBe(policy.of(sara, 'hr.vault'));
  const first = asked;
  policy.of(sara, 'hr.vault');
  expect(asked).toBe(first);
  policy.invalidate();
  policy.of(sara, 'hr.vault');
  expect(asked).toBeGreaterThan(first);
});

test(`${verifies('PERM-2')} explain names everyone who has a say`, () => {
  const policy = policyOf(allowing('read', 'write'), hiding(), allowing('read'));
  const explained = policy.explain(user(), 'crm.tag');
  const opinions = (operation: Operation) =>
    explained?.operation(operation).opinions.map(({ by, allows }) => [by, allows]);
  expect(opinions('write')).toEqual([
    ["the credential's scopes", true],
    ['read,write', true],
    ['read', false],
  ]);
  expect(explained?.operation('write').allowed).toBe(false);
  expect(explained?.operation('read').allowed).toBe(true);
  expect(policy.explain(user(), 'no.such')).toBeUndefined();
});

function without(model: string): AccessLayer {
  return { name: 'without', operations: input => new Set(input.model.name === model ? [] : operations) };
}

describe(`${verifies('FIELD-2')} masked fields`, () => {
  const everything = allowing(...operations);
  const accessTo = (name: string, layers: AccessLayer[], principal = user()) =>
    policyOf(everything, ...layers)
      .of(principal, 'crm.partner')
      ?.fields.get(name);

  test.each<[string, AccessLayer[], object | undefined]>([
    ['one mask', [masking('email', 'crm.partner.email')], { read: false, write: true, mask: 'email' }],
    [
      'the same twice',
      [masking('email', 'crm.partner.email'), masking('email', 'crm.partner.email')],
      { read: false, write: true, mask: 'email' },
    ],
    [
      'two that differ: nothing is shown',
      [masking('email', 'crm.partner.email'), masking('last4', 'crm.partner.email')],
      { read: false, write: true, mask: 'all' },
    ],
    ['hidden by another', [masking('email', 'crm.partner.email'), hiding('crm.partner.email')], undefined],
    ['hidden by another before', [hiding('crm.partner.email'), masking('email', 'crm.partner.email')], undefined],
  ])('%s', (_, layers, expected) => expect(accessTo('email', layers)).toEqual(expected));

  test('what is made of one is hidden', () => {
    expect(accessTo('hint', [masking('all', 'crm.partner.secret')])).toBeUndefined();
    expect(accessTo('initial', [masking('all', 'crm.partner.name')])).toBeUndefined();
  });

  test.each(['parent_id', 'tag_ids', 'order_ids'])('a relation cannot be masked, so %s is hidden', name => {
    expect(accessTo(name, [masking('all', `crm.partner.${name}`)])?.read ?? false).toBe(false);
    expect(accessTo(name, [masking('all', `crm.partner.${name}`)])?.mask).toBeUndefined();
  });

  test('a one2many through a masked inverse is hidden', () => {
    expect(accessTo('order_ids', [masking('all', 'sale.order.partner_id')])).toBeUndefined();
  });

  test("the credential's fields and the right to read come first", () => {
    const listed = user({ credential: { fields: new Map([['crm.partner', new Set(['name'])]]) } });
    expect(accessTo('email', [masking('email', 'crm.partner.email')], listed)).toBeUndefined();
    const writer = user({ credential: { scopes: new Set<Operation>(['write']) } });
    expect(accessTo('email', [masking('email', 'crm.partner.email')], writer)).toEqual({ read: false, write: true });
    const reader = user({ credential: { scopes: new Set<Operation>(['read']) } });
    expect(accessTo('email', [masking('email', 'crm.partner.email')], reader)).toEqual({
      read: false,
      write: false,
      mask: 'email',
    });
  });
});
