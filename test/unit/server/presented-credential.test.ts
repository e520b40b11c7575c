import { expect, test } from 'vitest';
import { presentedCredential } from '../../../src/server/presented-credential.ts';
import { verifies } from '../../requirements.ts';

const key = 'gh_abcd1234_secretsecretsecret';

test.each([
  [{}, '', undefined],
  [{ authorization: `Bearer ${key}` }, '', { secret: key, via: 'bearer' }],
  [{ authorization: `bearer   ${key} ` }, '', { secret: key, via: 'bearer' }],
  [{ 'x-api-key': ` ${key} ` }, '', { secret: key, via: 'x-api-key' }],
  [{ authorization: `Bearer ${key}`, 'x-api-key': key }, '', { secret: key, via: 'bearer' }],
  [{ authorization: 'Basic dXNlcjpwYXNz' }, '', undefined],
  [{ authorization: 'Bearer' }, '', undefined],
  [{ authorization: `Bearer ${key} ${key}` }, '', undefined],
  [{ authorization: key }, '', undefined],
  [{ 'x-api-key': '' }, '', undefined],
  [
    { authorization: 'DPoP abc', dpop: 'proof' },
    '',
    { secret: 'abc', via: 'dpop', proof: { jwt: 'proof', method: '' } },
  ],
  [{ authorization: 'DPoP abc' }, '', { secret: 'abc', via: 'dpop', proof: { jwt: '', method: '' } }],
  // in the URL
  [{}, `key=${key}`, { secret: key, via: 'query' }],
  [{}, `API_KEY=abc`, { secret: 'abc', via: 'query' }],
  [{}, `apikey=abc`, { secret: 'abc', via: 'query' }],
  [{}, `access_token=abc`, { secret: 'abc', via: 'query' }],
  [{}, `x=1&foo=Bearer%20${key}`, { secret: key, via: 'query' }],
  [{}, `${key}`, { secret: key, via: 'query' }],
  [{}, 'x=1&session=2', undefined],
  // a header does not make up for it
  [{ authorization: `Bearer ${key}` }, `token=${key}`, { secret: key, via: 'query' }],
])(`${verifies('KEY-6')} %o with ?%s presents %o`, (headers, query, expected) => {
  expect(presentedCredential({ headers, query })).toEqual(expected);
});

test(`${verifies('KEY-6')} two different credentials are refused`, () => {
  const headers = { authorization: 'Bearer one', 'x-api-key': 'two' };
  expect(() => presentedCredential({ headers, query: '' })).toThrow('Two different credentials');
});

test('a megabyte of spaces is looked at in one go', () => {
  const headers = { authorization: `Bearer ${' '.repeat(1_000_000)}` };
  expect(presentedCredential({ headers, query: '' })).toBeUndefined();
});
