import { expect, test } from 'vitest';
import { type Sensitivity, sensitivityOf } from '../../../../src/cli/introspect/sensitive.ts';
import { noTraits, type Traits } from '../../../../src/store/mongo/survey/traits.ts';

function found(path: string, traits: Partial<Traits> = {}): Sensitivity | undefined {
  const common = {
    present: 10,
    of: 10,
    types: { string: 10 },
    itemTypes: {},
    codes: [],
    members: undefined,
    leadsTo: [],
  };
  return sensitivityOf({ ...common, path, traits: { ...noTraits(), ...traits } });
}

test.each<[string, Sensitivity | undefined]>([
  ['passwordHash', 'secret'],
  ['auth.api_key', 'secret'],
  ['resetToken', 'secret'],
  ['credentials.pwd', 'secret'],
  ['card.cvv', 'secret'],
  ['iban', 'financial'],
  ['bank.accountNumber', 'financial'],
  ['monthlySalary', 'financial'],
  ['diagnosis', 'phi'],
  ['bloodType', 'phi'],
  ['name', 'pii'],
  ['contact.eMail', 'pii'],
  ['mobilePhone', 'pii'],
  ['address.zip', 'pii'],
  ['dateOfBirth', 'pii'],
  ['dob', 'pii'],
  ['lastIp', 'pii'],
  ['productName', undefined],
  ['status', undefined],
  ['recipe', undefined],
  ['manager', undefined],
  ['shipping', undefined],
])('%s is %s by its name', (path, expected) => {
  expect(found(path)).toBe(expected);
});

test('what its values look like counts where the name says nothing', () => {
  expect(found('field1', { emails: 9 })).toBe('pii');
  expect(found('field1', { phones: 6 })).toBe('pii');
  expect(found('field1', { ibans: 10 })).toBe('financial');
  expect(found('field1', { cards: 8 })).toBe('financial');
  expect(found('field1', { emails: 2 })).toBe(undefined);
});
