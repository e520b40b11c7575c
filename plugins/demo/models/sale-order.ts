import { defineModel, field } from '../../../src/index.ts';

export const saleOrder = defineModel({
  name: 'sale.order',
  label: 'Sales order',
  description: 'What a customer ordered, from the quotation to the delivery.',
  order: 'date desc, name desc',
  indexes: [['user_id', 'date']],
  fields: {
    name: field.char({ required: true, unique: true, searchable: true, label: 'Number' }),
    partner_id: field.many2one({ to: 'crm.partner', required: true, label: 'Customer' }),
    user_id: field.many2one({
      to: 'base.user',
      label: 'Salesperson',
      onDelete: 'clear',
      help: 'Nobody: it came from the web shop.',
      default: caller => caller.id,
    }),
    date: field.date({ required: true, index: true }),
    state: field.selection({
      index: true,
      required: true,
      default: 'draft',
      options: { draft: 'Draft', sent: 'Quotation sent', sale: 'Confirmed', done: 'Delivered', cancel: 'Cancelled' },
    }),
    lines: field.one2many({ to: 'sale.order.line', inverse: 'order_id' }),
    amount_total: field.monetary({ label: 'Total', index: true, help: 'The sum of the lines, without tax.' }),
    invoices: field.one2many({ to: 'account.invoice', inverse: 'order_id' }),
  },
});
