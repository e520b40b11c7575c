import { defineModel, field } from '../../../src/index.ts';

export const saleOrderLine = defineModel({
  name: 'sale.order.line',
  label: 'Order line',
  description: 'One product on a sales order, with quantity and price.',
  order: 'position',
  fields: {
    order_id: field.many2one({ to: 'sale.order', required: true, onDelete: 'cascade', label: 'Order' }),
    position: field.integer({ required: true, help: 'From 1, in the order of the printed page.' }),
    product_id: field.many2one({ to: 'product.product', required: true, label: 'Product' }),
    name: field.char({ required: true, label: 'Description' }),
    quantity: field.integer({ required: true }),
    price_unit: field.monetary({ required: true, label: 'Unit price' }),
    amount: field.monetary({ required: true, help: 'Quantity times unit price.' }),
  },
});
