import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, any, type Condition, compare, equals, never, not, oneOf } from '../../../../src/store/condition.ts';
import type { Row } from '../../../../src/store/port.ts';
import type { Approach } from '../../../../src/store/sqlite/compilation.ts';
import { type Connection, openReader } from '../../../../src/store/sqlite/connection.ts';
import { compileCount, compileFind } from '../../../../src/store/sqlite/find.ts';
import { isPointRead } from '../../../../src/store/sqlite/point-read.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';
import { tableFor, tableOf } from '../../../../src/store/sqlite/table.ts';
import { contractModels } from '../../../contract/contract-models.ts';
import { verifies } from '../../../requirements.ts';

/*
 * What stands first in an `all` decides first: a record rule, and after it what its caller asks. The looks at the time are
 * counted, of which there is one for every row and every long comparison that a statement comes to.
 */

const person = 'contract.person';
const tables = new Map(contractModels.map(model => [model.name, tableOf(model)]));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-order-'));
const path = join(folder, 'data.db');
const many = 300;
let looks = 0;
let connection: Connection;

const insert = (id: string, values: Omit<Row, 'id' | 'version'>) =>
  ({ kind: 'insert', model: person, row: { id, ...values } }) as const;

beforeAll(async () => {
  const store = await openSqliteStore({ path, now: Date.now, queryTimeLimit: 10_000 });
  await store.open(contractModels);
  await store.write([
    { kind: 'insert', model: 'contract.country', row: { id: 'open', name: 'Open', code: 'OP' } },
    { kind: 'insert', model: 'contract.country', row: { id: 'shut', name: 'Shut', code: 'SH' } },
    { kind: 'insert', model: 'contract.tag', row: { id: 'tag', name: 'Tag', owner_id: 'hidden' } },
    insert('hidden', {
      name: 'Hidden',
      note: 'n',
      active: false,
      country_id: 'shut',
      tag_ids: ['tag'],
      manager_id: 'top',
    }),
    insert('top', { name: 'Top', note: 'n', active: true, country_id: 'open' }),
    ...Array.from({ length: many }, (_, index) =>
      insert(`p${index}`, {
        ...{ name: `Person ${index}`, bio: 'word', note: 'n', active: true, country_id: 'open', tag_ids: ['tag'] },
        manager_id: index === 0 ? 'top' : 'p0',
      }),
    ),
  ]);
  await store.close();
  const clock = () => {
    looks += 1;
    return 0;
  };
  connection = openReader({ path, clock });
});

afterAll(() => {
  connection?.close();
  rmSync(folder, { recursive: true, force: true });
});

const rules: Record<string, Condition> = {
  'about the record itself': equals('active', true),
  'about another record': { kind: 'related', field: 'country_id', where: equals('code', 'OP') },
  'about one of a list': { kind: 'related', field: 'tag_ids', where: compare('owner_id', '<', 'a') },
  'about dependent records': { kind: 'related', field: 'report_ids', where: equals('active', true) },
  'about several': all(
    equals('active', true),
    any(equals('age', 1), { kind: 'related', field: 'country_id', where: equals('code', 'OP') }),
  ),
};

const long = {
  kind: 'match',
  fold: false,
  pattern: [{ wildcard: 'any' }, 'x'.repeat(60), { wildcard: 'any' }],
} as const;
const dear: Record<string, Condition> = {
  'a pattern': all(...Array.from({ length: 20 }, () => not({ ...long, field: 'note' }))),
  'a pattern in an indexed field': all(...Array.from({ length: 20 }, () => not({ ...long, field: 'name' }))),
  'dependent records': not({ kind: 'related', field: 'report_ids', where: equals('note', 'x') }),
  'records above': not({ kind: 'related', field: 'manager_id', where: equals('note', 'x') }),
  'records above, further': not({
    ...{ kind: 'related', field: 'manager_id' },
    where: { kind: 'related', field: 'report_ids', where: equals('note', 'x') },
  } as Condition),
  'one of a list': not({
    kind: 'related',
    field: 'tag_ids',
    where: {
      kind: 'related',
      field: 'owner_id',
      where: { kind: 'related', field: 'report_ids', where: equals('note', 'x') },
    },
  }),
  'a hierarchy': not({
    ...{ kind: 'within', field: 'id', model: person, parent: 'manager_id', direction: 'child', ids: ['p0'] },
    where: equals('active', true),
  } as Condition),
  words: not({ kind: 'words', fields: ['bio'], words: ['w'] }),
};

/** A leaf that finds the hidden row, and one that finds none. */
const guesses: Record<string, readonly [Condition, Condition]> = {
  'its id': [equals('id', 'hidden'), equals('id', 'nobody')],
  'its id, in a list': [oneOf('id', ['hidden', 'nobody']), oneOf('id', ['nobody', 'nobody too'])],
  'an indexed value': [equals('name', 'Hidden'), equals('name', 'Nobody')],
  'an indexed reference': [equals('country_id', 'shut'), equals('country_id', 'nowhere')],
};

/** Aggregates are always put as `set`; the rest as the store decides. */
const ways: Record<string, (where: Condition) => Approach> = {
  'as sets': () => 'set',
  'as the store would have it': where =>
    isPointRead(where, { table: tableFor(tables, person), tables }) ? 'row' : 'set',
};

function looksAt(where: Condition, approach: Approach): number {
  const plan = { tables, approach, timed: true };
  const order = [{ field: 'name', descending: false }];
  looks = 0;
  for (const { sql, params } of [
    compileFind({ model: person, where, order, limit: 10 }, plan),
    compileCount({ model: person, where }, plan),
  ]) {
    connection.db.prepare(sql).all(...params);
  }
  return looks;
}

describe.each(Object.keys(ways))(`${verifies('RULE-1')} a row that a rule hides (%s)`, way => {
  test.each(Object.keys(rules).flatMap(rule => Object.keys(dear).map(part => [rule, part] as const)))(
    'by a rule %s costs the caller nothing of %s',
    (ruleName, dearName) => {
      const rule = rules[ruleName] ?? never;
      const part = dear[dearName] ?? never;
      for (const [guess, [right, wrong]] of Object.entries(guesses)) {
        const approach = ways[way]?.(all(rule, right, part)) ?? 'set';
        const difference = (...parts: Condition[]) =>
          looksAt(all(rule, right, ...parts), approach) - looksAt(all(rule, wrong, ...parts), approach);
        expect({ guess, more: difference(part) - difference() }).toEqual({ guess, more: 0 });
      }
    },
  );
});

test('where the rule shows the row, all of it is looked at', () => {
  for (const [name, part] of Object.entries(dear)) {
    const shown = all(equals('active', true), equals('name', 'Top'));
    expect({ name, more: looksAt(all(shown, part), 'set') > looksAt(shown, 'set') }).toEqual({ name, more: true });
  }
});
