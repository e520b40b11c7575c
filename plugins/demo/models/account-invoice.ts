import { defineModel, field } from '../../../src/index.ts';

export const accountInvoice = defineModel({
  name: 'account.invoice',
  label: 'Invoice',
  description: 'What a customer owes us for an order.',
  order: 'date desc, name desc',
  fields: {
    name: field.char({ required: true, unique: true, searchable: true, label: 'Number' }),
    order_id: field.many2one({ to: 'sale.order', label: 'Order' }),
    partner_id: field.many2one({ to: 'crm.partner', required: true, label: 'Customer' }),
    date: field.date({ required: true, index: true }),
    due_date: field.date({ required: true, index: true, label: 'Due' }),
    state: field.selection({
      index: true,
      required: true,
      default: 'draft',
      options: { draft: 'Draft', open: 'Open', paid: 'Paid' },
    }),
    amount_total: field.monetary({ required: true, label: 'Total' }),
    amount_due: field.monetary({ required: true, label: 'Still to pay' }),
  },
});
