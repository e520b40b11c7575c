import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { all, always, any, type Condition, equals, not, oneOf } from '../../../../src/store/condition.ts';
import type { Store } from '../../../../src/store/port.ts';
import { isPointRead, isShort } from '../../../../src/store/sqlite/point-read.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { tableFor, tableOf } from '../../../../src/store/sqlite/table.ts';
import { contractModels } from '../../../contract/contract-models.ts';
import { verifies } from '../../../requirements.ts';

const tables = new Map(contractModels.map(model => [model.name, tableOf(model)]));
const person = 'contract.person';
const country = 'contract.country';
const german: Condition = { kind: 'related', field: 'country_id', where: equals('code', 'DE') };
const reports: Condition = { kind: 'related', field: 'report_ids', where: always };
const walk: Condition = {
  ...{
    kind: 'within',
    field: 'id',
    model: person,
    parent: 'manager_id',
    direction: 'child',
    ids: ['1'],
    where: always,
  },
};
const byId = equals('id', '1');
const at = (model: string) => ({ table: tableFor(tables, model), tables });
const wildcard = { wildcard: 'any' } as const;
const pattern: Condition = { kind: 'match', field: 'note', pattern: [wildcard, 'a', wildcard], fold: false };
const tagged: Condition = { kind: 'has', field: 'tag_ids', ids: ['1'] };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe('point reads', () => {
  test.each<[string, string, Condition, boolean]>([
    ['one id', person, byId, true],
    ['a few ids', person, oneOf('id', ['1', '2']), true],
    ['many ids', person, oneOf('id', ids(101)), false],
    ['a unique value', country, equals('code', 'DE'), true],
    ['no unique value', country, equals('code', null), false],
    ['no unique value among others', country, oneOf('code', ['DE', null]), false],
    ['another value', person, equals('name', 'Anna'), false],
    ['not one id', person, not(byId), false],
    ['one of two', person, { kind: 'any', of: [byId, equals('name', 'Anna')] }, false],
    ['one id and what the row says', person, all(byId, not(equals('age', 3))), true],
    ['one id and what its many2one says', person, all(byId, german), true],
    ['one id and what refers to it', person, all(byId, reports), false],
    [
      'one id and that behind its many2one',
      person,
      all(byId, { ...german, field: 'manager_id', where: reports }),
      false,
    ],
    ['one id and a walk', person, all(byId, walk), false],
    ['one id and words', person, all(byId, { kind: 'words', fields: ['name'], words: ['a'] }), false],
    ['everything', person, always, false],
  ])('%s', (_, model, where, expected) => {
    expect(isPointRead(where, at(model))).toBe(expected);
  });
});

describe('point reads that the main thread answers itself', () => {
  test.each<[string, Condition, boolean]>([
    ['one id', byId, true],
    ['as many as there may be', oneOf('id', ids(100)), true],
    ['with what a record rule asks', all(oneOf('id', ids(100)), any(german, equals('age', 3))), true],
    ['one id, by its tags', all(byId, tagged), true],
    ['many ids, by their tags', all(oneOf('id', ids(3)), tagged), false],
    ['the shortest of two lists counts', all(oneOf('id', ids(100)), byId, tagged), true],
    ['one id and a pattern', all(byId, pattern), false],
    ['one id and a pattern somewhere inside', all(byId, not(any(german, { ...german, where: pattern }))), false],
    ['ids and a long list of values', all(oneOf('id', ids(3)), oneOf('age', ids(1_000).map(Number))), false],
    ['ids and many terms', all(oneOf('id', ids(100)), any(...ids(100).map(age => equals('age', Number(age))))), false],
    [
      'lists in lists',
      all(byId, { kind: 'related', field: 'tag_ids', where: { ...german, field: 'owner_id', where: tagged } }),
      false,
    ],
  ])('%s', (_, where, expected) => {
    expect(isPointRead(where, at(person))).toBe(true);
    expect(isShort(where, at(person))).toBe(expected);
  });
});

describe('patterns in long texts', () => {
  const named = ids(20).map(id => id.padStart(24, '0'));
  const patterns = (count: number) =>
    any(
      ...ids(count).map(
        (_, index): Condition => ({ ...pattern, pattern: [wildcard, `${'a'.repeat(180 - index)}b`, wildcard] }),
      ),
    );

  async function withRows(run: (store: Store) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-point-'));
    const store = await openSqliteStore({ path: join(folder, 'test.db'), now: Date.now, queryTimeLimit: 60_000 });
    try {
      await store.open(contractModels);
      const note = 'a'.repeat(20_000);
      await store.write(
        named.map(id => ({ kind: 'insert', model: person, row: { id, note } })),
        { atomic: false },
      );
      await run(store);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test(`${verifies('STORE-2')} have a time limit where few records are named, too`, () =>
    withRows(async store => {
      const where = all(oneOf('id', named), patterns(5));
      const query = { model: person, where, timeLimit: 1 };
      await expect(store.find(query)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
      await expect(store.count(query)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
      expect(await store.find({ model: person, where })).toEqual([]);
    }));

  test(`${verifies('STORE-2')} end within it in the middle of a row`, () =>
    withRows(async store => {
      const query = { model: person, where: all(oneOf('id', named.slice(0, 1)), patterns(90)) };
      // Once without a hurry, so that the threads are there.
      expect(await store.find(query)).toEqual([]);
      await expect(store.find({ ...query, timeLimit: 100 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    }));
});
