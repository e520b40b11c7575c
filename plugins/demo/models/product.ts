import { defineModel, field } from '../../../src/index.ts';

export const product = defineModel({
  name: 'product.product',
  label: 'Product',
  description: 'Something that we sell, with its list price and stock.',
  order: 'name',
  fields: {
    name: field.char({ required: true, index: true, searchable: true }),
    code: field.char({ required: true, unique: true, searchable: true, help: 'Our article number.' }),
    category: field.selection({
      index: true,
      required: true,
      options: {
        beans: 'Coffee beans',
        tea: 'Tea',
        machine: 'Machines',
        grinder: 'Grinders',
        barista: 'Barista tools',
        tableware: 'Tableware',
        service: 'Services',
      },
    }),
    price: field.monetary({ required: true, label: 'List price', help: 'Without tax.' }),
    cost: field.monetary({ classify: 'financial', help: 'What we pay for it.' }),
    stock: field.integer({ help: 'Pieces in the warehouse; a service has none.' }),
    active: field.boolean({ default: true, label: 'For sale' }),
  },
});
