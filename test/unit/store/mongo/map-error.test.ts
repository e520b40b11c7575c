import { mongo } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { kernelErrors } from '../../../../src/errors.ts';
import { LimitReached } from '../../../../src/store/mongo/limits.ts';
import { isConflict, mapError, withoutCredentials } from '../../../../src/store/mongo/map-error.ts';

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

test.each([
  ['mongodb://anna:s3cret@host/db failed', 'mongodb://***@host/db failed'],
  ['mongodb+srv://anna:s3:c@ret@host', 'mongodb+srv://***@host'],
  ['mongodb://host:27017/db', 'mongodb://host:27017/db'],
])('%s holds no credentials', (text, expected) => {
  expect(withoutCredentials(text)).toBe(expected);
});

test.each([
  [112, 'WriteConflict', true],
  [16777220, 'could not serialize access due to concurrent update', true],
  [11000, 'duplicate', false],
  [50, 'too slow', false],
])('%i %s: another transaction in the way? %s', (code, message, expected) => {
  expect(isConflict(fromServer(code, message))).toBe(expected);
});
