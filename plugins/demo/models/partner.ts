import { defineModel, field } from '../../../src/index.ts';

export const partner = defineModel({
  name: 'crm.partner',
  label: 'Contact',
  description: 'A company that buys from us, a person who works there, or a private customer.',
  order: 'name',
  fields: {
    name: field.char({ required: true, index: true, searchable: true }),
    is_company: field.boolean({ index: true, label: 'Company' }),
    parent_id: field.many2one({ to: 'crm.partner', label: 'Works for', help: 'The company of a person.' }),
    contacts: field.one2many({ to: 'crm.partner', inverse: 'parent_id' }),
    job: field.char({ label: 'Job title' }),
    street: field.char(),
    zip: field.char({ label: 'Postal code', maxLength: 16 }),
    city: field.char({ index: true, searchable: true }),
    country_id: field.many2one({ to: 'crm.country', label: 'Country' }),
    email: field.char({ label: 'E-mail', index: true, searchable: true, classify: 'pii', mask: 'email' }),
    phone: field.char({ classify: 'pii', mask: 'phone' }),
    tags: field.many2many({ to: 'crm.tag' }),
    user_id: field.many2one({
      to: 'base.user',
      label: 'Salesperson',
      onDelete: 'clear',
      default: caller => caller.id,
    }),
    credit_limit: field.monetary({ classify: 'financial' }),
    notes: field.text(),
    orders: field.one2many({ to: 'sale.order', inverse: 'partner_id' }),
    invoices: field.one2many({ to: 'account.invoice', inverse: 'partner_id' }),
  },
});
