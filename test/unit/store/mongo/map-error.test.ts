import { mongo } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { GatehouseError, kernelErrors } from '../../../../src/errors.ts';
import { LimitReached } from '../../../../src/store/mongo/limits.ts';
import {
  isUnnamedDuplicate,
  mapDuplicate,
  mapError,
  withoutCredentials,
} from '../../../../src/store/mongo/map-error.ts';

function fromServer(code: number, message = 'm', errorLabels: string[] = []): mongo.MongoServerError {
  return new mongo.MongoServerError({ message, code, errorLabels });
}

describe('what a failure of the driver means', () => {
  const cases: [string, Error, string][] = [
    ['a broken connection', new mongo.MongoNetworkError('m'), 'STORE_UNAVAILABLE'],
    ['a silent connection', new mongo.MongoNetworkTimeoutError('m'), 'STORE_UNAVAILABLE'],
    ['our own limit', new LimitReached(5), 'STORE_UNAVAILABLE'],
    ['not the primary', fromServer(10107), 'STORE_UNAVAILABLE'],
    ['shutting down', fromServer(91), 'STORE_UNAVAILABLE'],
    ['refused us', fromServer(18), 'STORE_UNAVAILABLE'],
    ['no majority', fromServer(64), 'STORE_UNAVAILABLE'],
    ['too slow', fromServer(50), 'QUERY_TIMEOUT'],
    ['a write conflict', fromServer(112), 'STORE_CONFLICT'],
    ['a transaction that lost', fromServer(251, 'm', ['TransientTransactionError']), 'STORE_CONFLICT'],
  ];
  test.each(cases)('%s', (_, thrown, code) => {
    expect(mapError(thrown)).toMatchObject({ code, publicMessage: expect.not.stringContaining('m)') });
  });

  test('an error in the program stays what it is', () => {
    const errors = [new TypeError('x'), fromServer(2, 'unknown operator'), kernelErrors.RECORD_NOT_FOUND()];
    for (const error of errors) expect(mapError(error)).toBe(error);
  });
});

describe('a duplicate', () => {
  const cases: [string, string, string | undefined][] = [
    [
      'MongoDB',
      'E11000 duplicate key error collection: db.a.b index: gatehouse_unique_code dup key: { code: "x" }',
      'code',
    ],
    ['MongoDB, the id', 'E11000 duplicate key error collection: db.a.b index: _id_ dup key: { _id: "x" }', 'id'],
    ['FerretDB', "Duplicate key violation on the requested collection: Index 'gatehouse_unique_code'", 'code'],
    [
      'a value that poses as an index',
      `E11000 duplicate key error collection: db.a.b index: gatehouse_unique_code dup key: { code: " index: gatehouse_unique_secret" }`,
      'code',
    ],
    [
      'an index that is not ours',
      'E11000 duplicate key error collection: db.a.b index: email_1 dup key: { email: "x" }',
      undefined,
    ],
  ];
  test.each(cases)('%s', (_, message, field) => {
    const error = mapDuplicate({ thrown: fromServer(11000, message), model: 'a.b' });
    expect(error).toBeInstanceOf(GatehouseError);
    expect(error).toMatchObject({
      code: 'VALUE_NOT_UNIQUE',
      data: field === undefined ? { model: 'a.b' } : { model: 'a.b', field },
    });
    expect(String(error)).not.toContain('secret');
  });

  test('that the server does not name is recognised', () => {
    const message = 'conflicting key value violates exclusion constraint "documents_rum_index_19"';
    expect(isUnnamedDuplicate(fromServer(1, message))).toBe(true);
    expect(isUnnamedDuplicate(fromServer(1, 'something else'))).toBe(false);
  });
});

test.each([
  ['mongodb://anna:s3cret@host/db failed', 'mongodb://***@host/db failed'],
  ['mongodb+srv://anna:s3:c@ret@host', 'mongodb+srv://***@host'],
  ['mongodb://host:27017/db', 'mongodb://host:27017/db'],
])('%s holds no credentials', (text, expected) => {
  expect(withoutCredentials(text)).toBe(expected);
});
