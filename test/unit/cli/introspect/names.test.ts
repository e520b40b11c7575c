import { expect, test } from 'vitest';
import { constantName, fieldName, labelOf, modelName, singular } from '../../../../src/cli/introspect/names.ts';

test.each([
  ['name', 'name'],
  ['FirstName', 'firstName'],
  ['URL', 'url'],
  ['URLPath', 'urlPath'],
  ['address.city', 'address_city'],
  ['_internal', 'internal'],
  ['2nd', 'nd'],
  ['id', 'id_value'],
  ['version', 'version_value'],
  ['createdAt', 'createdAt_value'],
  ['constructor', 'constructor_value'],
  ['__proto__', 'proto__'],
  ['ünïcode', 'n_code'],
  ['___', 'value'],
])('the field of %s is %s', (path, name) => {
  expect(fieldName(path, new Set())).toBe(name);
  expect(name).toMatch(/^[a-z][a-zA-Z0-9_]{0,62}$/);
});

test('no two fields, models or constants have the same name, in whatever case', () => {
  expect(fieldName('Name', new Set(['name']))).toBe('name_2');
  expect(fieldName('a.b', new Set(['A_B', 'a_b_2']))).toBe('a_b_3');
  expect(modelName({ prefix: 'Shop', collection: 'Order_Items', taken: new Set(['shop.order-items']) })).toBe(
    'shop.order-items-2',
  );
  expect(constantName('shop.order-items', new Set(['orderItemsModel']))).toBe('orderItemsModel2');
});

test.each(["x'}); process.exit(); //", '../../etc/passwd', '*/', '', '$cmd', '日本', '9'.repeat(300)])(
  'a model of a collection %j has a usable name',
  collection => {
    const name = modelName({ prefix: collection, collection, taken: new Set() });
    expect(name).toMatch(/^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/);
    expect(name.length).toBeLessThanOrEqual(64);
    expect(constantName(name, new Set())).toMatch(/^[a-z]\w*Model$/);
    expect(labelOf(collection).trim()).not.toBe('');
  },
);

test.each([
  ['customers', 'customer'],
  ['companies', 'company'],
  ['addresses', 'address'],
  ['boxes', 'box'],
  ['status', 'status'],
  ['news', 'new'],
  ['bus', 'bus'],
])('%s: %s', (plural, one) => {
  expect(singular(plural)).toBe(one);
});
