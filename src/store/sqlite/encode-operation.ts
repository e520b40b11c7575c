import { checkVersion } from '../check-storable.ts';
import type { WriteOperation } from '../port.ts';
import { type Column, columnOf, type Tables, tableFor } from './table.ts';
import { encode, type SqlValue } from './values.ts';
import type { EncodedOperation } from './writer-protocol.ts';

/**
 * One operation as the writer thread takes it. VALUE_NOT_STORABLE names the field whose value does not fit; a field
 * that is not stored is a programming error.
 */
export function encodeOperation(operation: WriteOperation, tables: Tables): EncodedOperation {
  const { kind, model } = operation;
  const table = tableFor(tables, model);
  switch (kind) {
    case 'insert': {
      const { row, version } = operation;
      for (const field in row) if (field !== 'version') columnOf(table, field);
      const id = encode(columnOf(table, 'id'), row.id);
      if (!id) throw new TypeError(`A row for ${model} has no id.`);
      const values: SqlValue[] = [checkVersion({ model, version }), id];
      for (const column of table.columns) values.push(encode(column, row[column.field]));
      return { kind, model, values };
    }
    case 'update':
      return {
        kind,
        model,
        where: operation.where,
        set: Object.entries(operation.set ?? {}).map(([field, value]) => {
          const column = writable(columnOf(table, field));
          return [field, encode(column, value)];
        }),
        add: Object.entries(operation.add ?? {}).map(([field, value]) => {
          const column = writable(columnOf(table, field));
          if (operation.set && Object.hasOwn(operation.set, field))
            throw new TypeError(`${field} is set and added to.`);
          if (column.type !== 'integer' && column.type !== 'float') throw new TypeError(`${field} is not a number.`);
          return [field, Number(encode(column, value))];
        }),
        expect: operation.expect,
      };
    case 'remove':
      return { kind, model, where: operation.where, expect: operation.expect };
  }
}

function writable(column: Column): Column {
  if (column.field === 'id' || column.field === 'version') throw new TypeError(`${column.field} is kept by the store.`);
  return column;
}
