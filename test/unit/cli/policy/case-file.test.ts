import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCases } from '../../../../src/cli/policy/case-file.ts';
import { makeFolder } from '../../../support/folder.ts';

const good = { name: 'a', as: { user: 'sara' }, tool: 'search', expect: { verdict: 'allowed' } };

function read(content: unknown) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return readCases(join(makeFolder({ 'cases.json': text }), 'cases.json'));
}

test('a file of cases is read', async () => {
  expect(await read({ cases: [good] })).toEqual([{ ...good, args: {} }]);
});

test.each<[string, unknown, RegExp]>([
  ['no JSON', '{', /no JSON that can be read/],
  ['nothing in it', { cases: [] }, /cases: Expected at least 1/],
  ['a misspelt member', { cases: [{ ...good, tol: 'x' }] }, /cases\[0\]\.tol: There is no setting tol/],
  ['nobody who calls', { cases: [{ ...good, as: {} }] }, /cases\[0\]\.as: Expected one of key, user and groups/],
  ['two who call', { cases: [{ ...good, as: { user: 'a', groups: [] } }] }, /Expected one of key, user and groups/],
  ['a key with limits', { cases: [{ ...good, as: { key: 'a', scopes: ['read'] } }] }, /A key has its own scopes/],
  [
    'a scope that there is not',
    { cases: [{ ...good, as: { user: 'a', scopes: ['rite'] } }] },
    /cases\[0\]\.as\.scopes\[0\]/,
  ],
  ['no scopes', { cases: [{ ...good, as: { user: 'a', scopes: [] } }] }, /cases\[0\]\.as\.scopes/],
  [
    'an allowed call with a code',
    { cases: [{ ...good, expect: { verdict: 'allowed', code: 'X' } }] },
    /cases\[0\]\.expect: A stage and a code/,
  ],
  [
    'a denied call with records',
    { cases: [{ ...good, expect: { verdict: 'denied', records: 1 } }] },
    /cases\[0\]\.expect: A denied call/,
  ],
  ['a time without a zone', { cases: [{ ...good, at: '2026-01-01T00:00:00' }] }, /cases\[0\]\.at/],
  ['no address', { cases: [{ ...good, ip: 'here' }] }, /cases\[0\]\.ip/],
  ['twins', { cases: [good, good] }, /There are two cases called a/],
])('%s: refused, and the place is named', async (_, content, message) => {
  await expect(read(content)).rejects.toMatchObject({ code: 'POLICY_CASES_INVALID' });
  await expect(read(content)).rejects.toThrow(message);
});

test('all faults are named at once', async () => {
  const faulty = read({
    cases: [
      { ...good, as: {}, tool: '' },
      { ...good, expect: { verdict: 'maybe' } },
    ],
  });
  await expect(faulty).rejects.toMatchObject({ data: { faults: { length: 3 } } });
});
