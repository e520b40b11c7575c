import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFieldRuleTable } from '../../../plugins/security/permissions/field-rules.ts';
import { field, type PolicySet } from '../../../src/index.ts';
import { verifies } from '../../requirements.ts';
import { describeOnStores, type TestStore } from '../../support/stores.ts';
import { principalIn } from '../base/principal-in.ts';
import { eventually, type House, openHouse } from './house.ts';

describe(`${verifies('FIELD-2')} field policies that mask`, () => {
  const email = field.char({ classify: 'pii', mask: 'email' });
  const salary = field.monetary({ classify: 'pii' });
  const hidden = { read: false, write: false };
  const masked = (mask: string) => ({ read: false, write: true, mask });
  const groups = [{ id: 'a'.repeat(24), version: 1, name: 'hr', source: 'config' }];

  function access(parts: { fields?: PolicySet['fields']; stored?: object; kind?: typeof email; groups?: string[] }) {
    const row = { id: 'd'.repeat(24), version: 1, model: 'x.a', fields: null, classify: null, except: [], groups: [] };
    return createFieldRuleTable({
      policies: { groups: { hr: { label: 'HR' } }, access: [], rules: [], permissions: [], fields: parts.fields ?? [] },
      stored: model => (parts.stored && model === 'x.a' ? [{ ...row, mask: null, ...parts.stored }] : []),
      nameOf: id => (groups.some(group => group.id === id) ? 'hr' : undefined),
    }).access({ principal: principalIn(parts.groups ?? []), model: 'x.a', name: 'f', field: parts.kind ?? email });
  }

  test.each<[string, Parameters<typeof access>[0], object]>([
    ['as the field says', { fields: [{ classify: 'pii', mask: true }] }, masked('email')],
    ['as the policy says', { fields: [{ classify: 'pii', mask: 'initials' }] }, masked('initials')],
    [
      'a field that says nothing: nothing is left',
      { fields: [{ classify: 'pii', mask: true }], kind: field.char({ classify: 'pii' }) },
      masked('all'),
    ],
    [
      'of what is no text no part is left',
      { fields: [{ classify: 'pii', mask: 'last4' }], kind: salary },
      masked('all'),
    ],
    [
      'except for a group',
      { fields: [{ classify: 'pii', mask: true, except: ['hr'] }], groups: ['hr'] },
      { read: true, write: true },
    ],
    ['for a group alone', { fields: [{ classify: 'pii', mask: true, groups: ['hr'] }] }, { read: true, write: true }],
    [
      'one that hides is stronger',
      {
        fields: [
          { classify: 'pii', mask: true },
          { model: 'x.a', fields: ['f'] },
        ],
      },
      hidden,
    ],
    [
      'two masks that differ show nothing',
      {
        fields: [
          { classify: 'pii', mask: true },
          { model: 'x.a', fields: ['f'], mask: 'last4' },
        ],
      },
      masked('all'),
    ],
    ['stored', { stored: { mask: 'phone' } }, masked('phone')],
    ['stored, as the field says', { stored: { mask: 'field' } }, masked('email')],
    ['stored without a mask: hidden', { stored: {} }, hidden],
    ['stored with a mask that there is not: hidden', { stored: { mask: 'nose' } }, hidden],
    [
      'stored beside the config: the config hides',
      { stored: { mask: 'email' }, fields: [{ classify: 'pii' }] },
      hidden,
    ],
  ])('%s', (_, parts, expected) => expect(access(parts)).toEqual(expected));
});

describeOnStores('masked fields through the gate', open => {
  let store: TestStore;
  let house: House;
  let key: string;
  let id: string;

  beforeAll(async () => {
    store = await open();
    house = await openHouse({
      location: store.location,
      policies: {
        permissions: [{ model: 'x.partner', read: true, write: true, create: true }],
        fields: [{ classify: 'pii', mask: 'email', except: ['hr'] }],
      },
    });
    await house.user('sara');
    key = (await house.key({ scopes: ['read', 'write', 'create'] })).key;
    const [made] = await house.runtime
      .system('test')
      .of('x.partner')
      .create([{ name: 'Jane', email: 'jane@acme.com' }]);
    id = made?.id ?? '';
  });
  afterAll(async () => {
    await house?.stop();
    await store?.drop();
  });

  const call = (tool: string, args: Record<string, unknown>) => house.call({ key, tool, args });

  test.each<[string, () => Record<string, unknown>]>([
    ['search', () => ({ model: 'x.partner' })],
    ['search', () => ({ model: 'x.partner', fields: ['email'] })],
    ['read', () => ({ ids: [id] })],
    ['read', () => ({ ids: [id], fields: ['email'] })],
    ['fetch', () => ({ id })],
    ['write', () => ({ ids: [id], values: { email: 'june@acme.com' }, dryRun: true })],
    ['create', () => ({ model: 'x.partner', records: [{ name: 'N', email: 'jill@acme.com' }], dryRun: true })],
  ])(`${verifies('FIELD-2')} %s shows the mask and no more`, async (tool, args) => {
    const { result, code } = await call(tool, args());
    expect(code).toBeUndefined();
    const text = JSON.stringify(result);
    if (tool !== 'write') expect(text).toContain('j•••@acme.com');
    expect(text).not.toMatch(/j(ane|une|ill)@/);
  });

  test.each<[string, () => Record<string, unknown>]>([
    ['search', () => ({ model: 'x.partner', domain: [['email', 'ilike', 'jane']] })],
    ['search', () => ({ model: 'x.partner', order: 'email' })],
    ['aggregate', () => ({ model: 'x.partner', groupBy: ['email'] })],
    ['aggregate', () => ({ model: 'x.partner', measures: ['email:max'] })],
  ])(`${verifies('FIELD-2')} %s does not use it: %#`, async (tool, args) => {
    const { refusal } = await call(tool, args());
    expect(refusal).toMatchObject({ stage: 'fields', error: { code: 'FIELD_NOT_AVAILABLE' } });
  });

  test(`${verifies('FIELD-2')} describe_model says so`, async () => {
    const { result } = await call('describe_model', { model: 'x.partner' });
    const described = result?.structuredContent as { fields: { name: string }[] } | undefined;
    expect(described?.fields.find(({ name }) => name === 'email')).toMatchObject({
      readable: false,
      masked: 'email',
      writable: true,
      operators: [],
    });
  });

  test(`${verifies('FIELD-2')} the mask sent back is refused; the log holds neither value nor mask`, async () => {
    expect((await call('write', { ids: [id], values: { email: 'j•••@acme.com' } })).code).toBe('VALUES_INVALID');
    const log = await house.runtime.store.find({ model: 'security.audit-entry', where: { kind: 'all', of: [] } });
    expect(log.length).toBeGreaterThan(5);
    expect(JSON.stringify(log)).not.toMatch(/jane@|j•••/);
  });

  test(`${verifies('FIELD-2')} a stored rule that hides is stronger, and holds at once`, async () => {
    const rules = house.runtime.system('test').of('security.field-rule');
    const [made] = await rules.create([{ name: 'no mail', model: 'x.partner', fields: ['email'] }]);
    await eventually(async () => (await call('search', { model: 'x.partner', fields: ['email'] })).code !== undefined);
    expect((await call('search', { model: 'x.partner', fields: ['email'] })).code).toBe('FIELD_NOT_AVAILABLE');
    await rules.delete([made?.id ?? '']);
  });
});
