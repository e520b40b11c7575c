import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatehouseError } from '../../../src/errors.ts';
import { createAccessPolicy } from '../../../src/model/create-access-policy.ts';
import { parseDomain } from '../../../src/model/domain.ts';
import { describeDomain, domainFields } from '../../../src/model/domain-describe.ts';
import { printDomain } from '../../../src/model/domain-print.ts';
import type { AccessLookup } from '../../../src/model/field-path.ts';
import { systemPrincipal } from '../../../src/model/principal.ts';
import type { RegisteredModel } from '../../../src/model/registry.ts';
import { always, type Condition, equals, never, not, oneOf } from '../../../src/store/condition.ts';
import { verifies } from '../../requirements.ts';
import { companyRegistry } from './company.ts';

const registry = companyRegistry();
const id = '0123456789abcdef01234567';
const other = '0123456789abcdef01234568';

function model(name: string): RegisteredModel {
  const found = registry.get(name);
  if (!found) throw new Error(name);
  return found;
}

function parse(domain: unknown, access?: AccessLookup): Condition {
  return parseDomain({ domain, model: model('crm.partner'), registry, access });
}

function refusal(domain: unknown, access?: AccessLookup): GatehouseError {
  try {
    parse(domain, access);
  } catch (thrown) {
    if (thrown instanceof GatehouseError) return thrown;
    throw thrown;
  }
  throw new Error('it was not refused');
}

const related = (field: string, where: Condition): Condition => ({ kind: 'related', field, where });
const anyRun = { wildcard: 'any' } as const;
const match = (field: string, pattern: unknown[], fold: boolean): Condition =>
  ({ kind: 'match', field, pattern, fold }) as Condition;
const within = (field: string, direction: 'child' | 'parent', ids: string[]): Condition => ({
  kind: 'within',
  field,
  model: 'crm.partner',
  parent: 'parent_id',
  direction,
  ids,
  where: always,
});

describe('what a domain means', () => {
  test.each<[unknown, Condition]>([
    [[], always],
    [[[1, '=', 1]], always],
    [[[0, '=', 1]], never],
    [[['name', '=', 'A']], equals('name', 'A')],
    [[['name', '!=', 'A']], not(equals('name', 'A'))],
    [[['name', '=', false]], equals('name', null)],
    [[['name', '=', null]], equals('name', null)],
    [[['name', '=', '']], equals('name', null)],
    [[['name', 'in', ['A', false]]], oneOf('name', ['A', null])],
    [[['name', 'not in', []]], not(oneOf('name', []))],
    [[['active', '=', true]], equals('active', true)],
    [[['active', '=', false]], oneOf('active', [false, null])],
    [[['active', '!=', false]], not(oneOf('active', [false, null]))],
    [[['active', '=', null]], equals('active', null)],
    [[['rank', '>=', 3]], { kind: 'compare', field: 'rank', operator: '>=', value: 3 }],
    [[['credit', '<', 12.5]], { kind: 'compare', field: 'credit', operator: '<', value: 1250 }],
    [
      [['seen', '>', '2024-01-01T00:00:00+02:00']],
      { kind: 'compare', field: 'seen', operator: '>', value: '2023-12-31T22:00:00.000Z' },
    ],
    [
      [['seen', '>', '2024-01-01']],
      { kind: 'compare', field: 'seen', operator: '>', value: '2024-01-01T00:00:00.000Z' },
    ],
    [[['id', '=', `crm.partner/${id}`]], equals('id', id)],
    [[['id', 'in', [id]]], oneOf('id', [id])],
    [[['country_id', '=', `base.country/${id}`]], equals('country_id', id)],
    [[['country_id', '=', false]], equals('country_id', null)],
    [[['country_id', 'in', [id, false]]], oneOf('country_id', [id, null])],
    [[['country_id', 'ilike', 'aus']], related('country_id', match('name', [anyRun, 'aus', anyRun], true))],
    [[['country_id.code', '=', 'AT']], related('country_id', equals('code', 'AT'))],
    [[['country_id.code', '!=', 'AT']], related('country_id', not(equals('code', 'AT')))],
    [[['parent_id.country_id.code', '=', 'AT']], related('parent_id', related('country_id', equals('code', 'AT')))],
    [[['child_ids.rank', '>', 1]], related('child_ids', { kind: 'compare', field: 'rank', operator: '>', value: 1 })],
    [[['tag_ids', '=', id]], { kind: 'has', field: 'tag_ids', ids: [id] }],
    [[['tag_ids', 'in', [id, other]]], { kind: 'has', field: 'tag_ids', ids: [id, other] }],
    [[['tag_ids', '=', false]], not(related('tag_ids', always))],
    [[['child_ids', '=', false]], not(related('child_ids', always))],
    [[['child_ids', 'in', [id]]], related('child_ids', oneOf('id', [id]))],
    [[['id', 'child_of', id]], within('id', 'child', [id])],
    [[['parent_id', 'parent_of', [id, other]]], within('parent_id', 'parent', [id, other])],
    [[['child_ids', 'child_of', id]], related('child_ids', within('id', 'child', [id]))],
    [[['name', 'like', 'x']], match('name', [anyRun, 'x', anyRun], false)],
    [[['name', 'ilike', 'a%b']], match('name', [anyRun, 'a', anyRun, 'b', anyRun], true)],
    [[['name', 'like', '%a']], match('name', [anyRun, 'a', anyRun], false)],
    [[['name', '=like', 'a\\%_%%']], match('name', ['a%', { wildcard: 'one' }, anyRun], false)],
    [[['name', '=ilike', '']], match('name', [], true)],
    [[['name', 'not ilike', 'x']], not(match('name', [anyRun, 'x', anyRun], true))],
    [[['extra', '=', false]], equals('extra', null)],
    [
      [
        ['name', '=', 'A'],
        ['rank', '=', 1],
      ],
      { kind: 'all', of: [equals('name', 'A'), equals('rank', 1)] },
    ],
    [
      ['|', ['name', '=', 'A'], ['rank', '=', 1], ['rank', '=', 2]],
      { kind: 'all', of: [{ kind: 'any', of: [equals('name', 'A'), equals('rank', 1)] }, equals('rank', 2)] },
    ],
    [
      ['!', '&', ['name', '=', 'A'], ['rank', '=', 1]],
      not({ kind: 'all', of: [equals('name', 'A'), equals('rank', 1)] }),
    ],
  ])(`${verifies('TOOL-2')} %j`, (domain, condition) => {
    expect(parse(domain)).toEqual(condition);
  });
});

describe('a domain that is not valid is refused with its position and what was expected', () => {
  test.each<[unknown, string, string]>([
    [undefined, 'domain', 'a list of terms'],
    [{}, 'domain', 'a list of terms'],
    ['[]', 'domain', 'a list of terms'],
    [['&'], 'domain[0]', 'two terms after "&"'],
    [['|', ['name', '=', 'A']], 'domain[0]', 'two terms after "|"'],
    [[['name', '=', 'A'], '!'], 'domain[1]', 'a term after "!"'],
    [['and'], 'domain[0]', 'a term [field, operator, value]'],
    [[['name', '=']], 'domain[0]', 'three parts'],
    [[['name', '=', 'A', 'B']], 'domain[0]', 'three parts'],
    [[[null, '=', 'A']], 'domain[0][0]', 'the name of a field'],
    [[['name', { $gt: '' }, 'A']], 'domain[0][1]', 'an operator'],
    [[['name', 'regex', 'A']], 'domain[0][1]', 'one of =, !='],
    [[['name', 'constructor', 'A']], 'domain[0][1]', 'one of =, !='],
    [[['name', '=', ['A']]], 'domain[0][2]', 'text'],
    [[['name', '=', { $ne: 1 }]], 'domain[0][2]', 'text'],
    [[['name', '=', { user: 'id' }]], 'domain[0][2]', 'text'],
    [[['name', '=', true]], 'domain[0][2]', 'text'],
    [[['name', '<', false]], 'domain[0][2]', 'a value to compare with'],
    [[['rank', '=', '1']], 'domain[0][2]', 'a whole number'],
    [[['rank', 'in', 1]], 'domain[0][2]', 'a list of values'],
    [[['rank', 'in', [1, 'x']]], 'domain[0][2][1]', 'a whole number'],
    [[['rank', 'like', '1']], 'domain[0][1]', 'an operator that fits integer'],
    [[['credit', '=', 1.001]], 'domain[0][2]', '2 decimals at most'],
    [[['active', '<', true]], 'domain[0][1]', 'an operator that fits boolean'],
    [[['birthday', '=', '2023-02-30']], 'domain[0][2]', 'YYYY-MM-DD'],
    [[['seen', '=', '2023-02-03T00:00']], 'domain[0][2]', 'offset'],
    [[['kind', '=', 'robot']], 'domain[0][2]', 'one of person, company'],
    [[['kind', '<', 'person']], 'domain[0][1]', 'an operator that fits selection'],
    [[['id', 'like', 'a']], 'domain[0][1]', 'an operator that fits an id'],
    [[['id', '=', `sale.order/${id}`]], 'domain[0][2]', 'crm.partner/'],
    [[['country_id', '=', 'Austria']], 'domain[0][2]', 'base.country/'],
    [[['country_id', '<', id]], 'domain[0][1]', 'an operator that fits many2one'],
    [[['country_id', 'child_of', id]], 'domain[0][1]', 'in no hierarchy'],
    [[['tag_ids', 'in', [id, 7]]], 'domain[0][2][1]', 'crm.tag/'],
    [[['initial', '=', 'A']], 'domain[0][0]', 'this one is computed'],
    [[['extra', '=', 'A']], 'domain[0][2]', 'false'],
    [[['name', 'like', 7]], 'domain[0][2]', 'text'],
    [[['name', 'like', 'a\0']], 'domain[0][2]', 'U+0000'],
    [[['name', 'like', '%_%_%_%_%_']], 'domain[0][2]', 'at most 8 wildcards'],
    [[['name', 'like', 'x'.repeat(201)]], 'domain[0][2]', 'at most 200 characters'],
    [[['rank', 'in', Array.from({ length: 1001 }, () => 1)]], 'domain[0][2]', 'at most 1000 values'],
    [Array.from({ length: 101 }, () => ['rank', '=', 1]), 'domain', 'at most 100 terms'],
    [Array.from({ length: 5000 }, () => '!'), 'domain', 'at most 100 terms'],
    [[...Array.from({ length: 21 }, () => '!'), ['rank', '=', 1]], 'domain[0]', 'at most 20 operators'],
  ])('%j', (domain, at, expected) => {
    const { code, publicMessage, data } = refusal(domain);
    expect(code).toBe('DOMAIN_INVALID');
    expect(publicMessage).toContain(`at ${at}:`);
    expect(data?.at).toBe(at);
    expect(data?.expected).toContain(expected);
  });

  test('a run of one operator is not nesting', () => {
    const terms = Array.from({ length: 100 }, (_, rank) => ['rank', '=', rank]);
    const condition = parse([...Array.from({ length: 99 }, () => '|'), ...terms]);
    expect(condition.kind === 'any' && condition.of).toHaveLength(100);
  });
});

describe('fields that do not exist and fields that are hidden', () => {
  const principal = systemPrincipal('test');
  const policy = createAccessPolicy({ registry, layers: [] });
  const hidden = new Set(['secret', 'parent_id']);
  const access: AccessLookup = name => {
    const known = policy.of(principal, name);
    if (!known || name === 'base.country') return undefined;
    const fields = new Map([...known.fields].filter(([field]) => !hidden.has(field) && field !== 'country_id'));
    return { ...known, fields };
  };

  test.each([
    ['secret', 'nothing'],
    ['parent_id.name', 'nothing.name'],
    ['child_ids.secret', 'child_ids.nothing'],
    ['country_id.code', 'nothing.code'],
    ['name.code', 'nothing.code'],
    ['__proto__', 'nothing'],
    ['child_ids.child_ids.child_ids.child_ids.child_ids.name', 'nothing'],
    ['child_ids.', 'nothing'],
    ['', 'nothing'],
  ])(`${verifies('FIELD-1')} %s is refused as %s is`, (path, unknown) => {
    const one = refusal([[path, '=', 'x']], access);
    const two = refusal([[unknown, '=', 'x']], access);
    expect(one.code).toBe('FIELD_NOT_AVAILABLE');
    expect(two.code).toBe(one.code);
    expect(one.publicMessage).toBe(two.publicMessage.replace(`"${unknown}"`, `"${path}"`));
    expect({ ...one.data, field: '' }).toEqual({ ...two.data, field: '' });
  });

  test('a hierarchy along a hidden field', () => {
    expect(refusal([['id', 'child_of', id]], access).data?.expected).toContain('no hierarchy');
  });
});

test('record rules name the caller', () => {
  const user = { id, login: 'sara', name: 'Sara', timeZone: 'UTC' };
  const bound = parseDomain({
    domain: ['|', ['createdBy', '=', { user: 'login' }], ['parent_id', 'in', [{ user: 'id' }]]],
    model: model('crm.partner'),
    registry,
    user,
  });
  expect(bound).toEqual({ kind: 'any', of: [equals('createdBy', 'sara'), oneOf('parent_id', [id])] });
  expect(() =>
    parseDomain({ domain: [['name', '=', { user: 'password' }]], model: model('crm.partner'), registry, user }),
  ).toThrow('{ user: "id" }');
});

/** Terms that fit the fields of a partner. */
const term = fc.oneof(
  fc.tuple(
    fc.constantFrom('name', 'email', 'country_id.code', 'parent_id.name'),
    fc.constantFrom('=', '!='),
    fc.oneof(fc.constant(false), fc.string({ minLength: 1, maxLength: 2 })),
  ),
  fc.tuple(
    fc.constantFrom('name', 'country_id.name'),
    fc.constantFrom('like', 'ilike', '=like', '=ilike', 'not like', 'not ilike'),
    fc.string({ unit: fc.constantFrom('a', '%', '_', '\\', 'B'), maxLength: 8 }),
  ),
  fc.tuple(fc.constantFrom('rank', 'parent_id.rank'), fc.constantFrom('=', '<', '>='), fc.integer()),
  fc.tuple(
    fc.constant('credit'),
    fc.constantFrom('=', '<'),
    fc.integer({ min: -99999, max: 99999 }).map(units => units / 100),
  ),
  fc.tuple(fc.constant('active'), fc.constantFrom('=', '!='), fc.constantFrom(true, false, null)),
  fc.tuple(
    fc.constantFrom('country_id', 'tag_ids', 'child_ids'),
    fc.constantFrom('in', 'not in'),
    fc.subarray([id, other, false]),
  ),
  fc.tuple(fc.constantFrom('country_id', 'tag_ids'), fc.constantFrom('=', '!='), fc.constantFrom(id, false)),
  fc.tuple(
    fc.constantFrom('id', 'parent_id', 'child_ids'),
    fc.constantFrom('child_of', 'parent_of'),
    fc.constantFrom(id, [id, other]),
  ),
  fc.constantFrom([1, '=', 1], [0, '=', 1]),
);
const { expression } = fc.letrec<{ expression: unknown[] }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    term.map(one => [one]),
    tie('expression').map(inner => ['!', ...inner]),
    fc
      .tuple(fc.constantFrom('&', '|'), tie('expression'), tie('expression'))
      .map(([join, one, two]) => [join, ...one, ...two]),
  ),
}));
const domains = fc.array(expression, { maxLength: 3 }).map(parts => parts.flat());

describe('properties', () => {
  test('what is printed is read as the same', () => {
    let printed = 0;
    fc.assert(
      fc.property(domains, domain => {
        fc.pre(domain.filter(token => Array.isArray(token)).length <= 100);
        const condition = parse(domain);
        const text = printDomain({ condition, model: model('crm.partner'), registry });
        if (!text) return;
        printed += 1;
        expect(parse(text)).toEqual(condition);
      }),
      { numRuns: 1000 },
    );
    expect(printed).toBeGreaterThan(700);
  });

  test('junk of any shape gets an error of Gatehouse, or is a domain', () => {
    const junk = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSparseArray: true,
    });
    const names = fc.constantFrom<unknown>(...model('crm.partner').fields.keys(), 'country_id.code', '__proto__');
    const operators = fc.constantFrom<unknown>('=', 'in', 'like', 'child_of', '<', 'not in');
    const token = fc.oneof(junk, fc.constantFrom('&', '|', '!'), fc.tuple(names, operators, junk));
    fc.assert(
      fc.property(fc.oneof(junk, fc.array(token)), domain => {
        try {
          parse(domain);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GatehouseError);
        }
        describeDomain(domain);
        domainFields(domain);
        expect(({} as Record<string, unknown>).polluted).toBe(undefined);
      }),
      { numRuns: 3000 },
    );
  });

  test('a description holds no value', () => {
    const secret = 'TOPSECRET';
    const hide = (value: unknown) => (typeof value === 'string' ? secret : value);
    fc.assert(
      fc.property(domains, fc.nat(3), (domain, place) => {
        const told = domain.map(token => (Array.isArray(token) ? token.with(2, hide(token[2])) : token));
        // In the place of a field too, as a caller may get them mixed up.
        const mixed = told.map(token => (Array.isArray(token) ? token.with(place % 3, `${secret} ${secret}`) : token));
        expect(describeDomain(told)).not.toContain(secret);
        expect(describeDomain(mixed)).not.toContain(secret);
      }),
    );
  });
});

test('a description for the log', () => {
  const domain = ['|', ['email', '=', 'a@b.c'], '!', ['city', 'ilike', 'wien'], ['x y', 'drop', 1]];
  expect(describeDomain(domain)).toBe('(email = … | !(city ilike …)) & ? ? …');
  expect(describeDomain([])).toBe('');
  expect(describeDomain('junk')).toBe('?');
  expect(describeDomain(Array.from({ length: 9999 }, () => ['name', '=', 1])).length).toBeLessThan(510);
  expect(domainFields(domain)).toEqual([
    { path: 'email', at: 'domain[1][0]' },
    { path: 'city', at: 'domain[3][0]' },
    { path: 'x y', at: 'domain[4][0]' },
  ]);
});

test('of a domain that is too long for anything, no more is read than of one that is not', () => {
  const domain = Array.from({ length: 80_000 }, () => ['id', '=', id]);
  expect(domainFields(domain)).toHaveLength(300);
  expect(() => parse(domain)).toThrow('at most 100 terms');
});
