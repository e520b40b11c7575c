import { mongo } from 'mongoose';
import { describe, expect, test } from 'vitest';
import type { MongoModel, Scope } from '../../../../src/store/mongo/database.ts';
import { mapDuplicate } from '../../../../src/store/mongo/duplicate.ts';
import type { StoredField } from '../../../../src/store/port.ts';

/** A model whose only other row has these values. */
function modelWith(row: Readonly<Record<string, unknown>>): MongoModel {
  const plain = { type: 'string', index: false, unique: true, searchable: false, folded: false } as const;
  const stored: StoredField[] = ['login', 'code'].map(name => ({ ...plain, name }));
  const findOne = async (filter: Record<string, { $eq: unknown }>) =>
    stored.some(({ name }) => filter[name] && filter[name].$eq === row[name]) ? row : null;
  return { name: 'a.b', stored, collection: { findOne } } as unknown as MongoModel;
}

function refused(code: number, message: string) {
  return mapDuplicate({
    thrown: new mongo.MongoServerError({ message, code }),
    scope: { maxTime: 1 } as Scope,
    model: modelWith({ code: 'x' }),
    values: { login: 'y', code: 'x', note: 'x' },
    besides: { _id: 'mine' },
  });
}

describe('a duplicate', () => {
  const cases: [string, number, string, string][] = [
    [
      'MongoDB',
      11000,
      'E11000 duplicate key error collection: db.a.b index: gatehouse_unique_login dup key: { login: "x" }',
      'login',
    ],
    ['MongoDB, the id', 11000, 'E11000 duplicate key error collection: db.a.b index: _id_ dup key: { _id: "x" }', 'id'],
    ['FerretDB', 11000, "Duplicate key violation on the requested collection: Index 'gatehouse_unique_login'", 'login'],
    [
      'a value that poses as an index',
      11000,
      'E11000 duplicate key error collection: db.a.b index: gatehouse_unique_login dup key: { login: " index: gatehouse_unique_secret" }',
      'login',
    ],
    ['an index that is not named', 11000, 'Duplicate key violation on the requested collection.', 'code'],
    [
      'a constraint of the engine',
      1,
      'conflicting key value violates exclusion constraint "documents_rum_index_19"',
      'code',
    ],
  ];
  test.each(cases)('%s', async (_, code, message, field) => {
    const error = await refused(code, message);
    expect(error).toMatchObject({ code: 'VALUE_NOT_UNIQUE', data: { model: 'a.b', field } });
    expect(String(error)).not.toContain('secret');
  });

  test('anything else stays what it is', async () => {
    expect(await refused(2, 'unknown operator')).toMatchObject({ name: 'MongoServerError' });
  });
});
