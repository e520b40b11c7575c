import { always } from '../../../../src/store/condition.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.ts';

/* Opens a store and never closes it. */
const [, , path = '', task] = process.argv;
const name = 'test.thing';
const store = await openSqliteStore({ path, now: Date.now, queryTimeLimit: 10_000 });
const field = { type: 'string', index: false, unique: false, searchable: false, folded: false } as const;
await store.open([{ name, fields: [{ ...field, name: 'text' }], indexes: [], watched: false }]);
store.watch(() => {});
if (task === 'busy') {
  await store.write([{ kind: 'insert', model: name, row: { id: '1', text: 'x' } }]);
  await store.find({ model: name, where: always });
  await store.aggregate({
    model: name,
    where: always,
    groupBy: [{ field: 'text' }],
    measures: [{ operator: 'count' }],
  });
}
console.log(task);
