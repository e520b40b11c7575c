import { always } from '../../../../src/store/condition.ts';
import type { WriteOperation } from '../../../../src/store/port.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';

/* Runs where files may not grow past 8 MiB: one write that is too much, with a small one before and after it. */
const name = 'test.thing';
const store = await openSqliteStore({ path: process.argv[2] ?? '', now: Date.now, queryTimeLimit: 10_000 });
const field = { type: 'string', index: false, unique: false, searchable: false, folded: false } as const;
await store.open([{ name, fields: [{ ...field, name: 'text' }], indexes: [], watched: false }]);

const insert = (id: string, text: string): WriteOperation => ({ kind: 'insert', model: name, row: { id, text } });
await store.write([insert('small', 'x')]);
const large = Array.from({ length: 200 }, (_, index) => insert(`large ${index}`, 'x'.repeat(100_000)));
const refused = await store.write(large).then(
  () => 'stored',
  error => error.code,
);
const rows = await store.count({ model: name, where: always });
await store.write([insert('after', 'x')]);
const after = await store.count({ model: name, where: always });
console.log(JSON.stringify({ refused, rows, after }));
await store.close();
