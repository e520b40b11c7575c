import { defineConfig } from './src/index.ts';

/*
 * Who may do what at Tidewater Coffee Supply, the demo company. A call is allowed what all five lists below allow;
 * what no line mentions is not allowed. Edits of the policies apply at once, without a restart.
 */

const everything = { read: true, write: true, create: true, delete: true };

const companyModels = [
  'crm.country',
  'crm.partner',
  'crm.tag',
  'product.product',
  'sale.order',
  'sale.order.line',
  'account.invoice',
  'hr.employee',
];

/** The caller, in a rule. */
const caller = { user: 'id' };

export default defineConfig({
  plugins: {
    base: {},
    records: {},
    security: {},
    demo: {},
  },

  policies: {
    // Beside the groups user, manager and admin, which come with the plugins.
    groups: {
      sales: { label: 'Sales' },
      hr: { label: 'Human resources' },
      auditors: { label: 'Auditors' },
    },

    // What a group may do with a model. A line without a group is for everyone.
    access: [
      { model: 'crm.country', read: true },
      { model: 'crm.tag', read: true },
      { model: 'product.product', read: true },

      { model: 'crm.partner', group: 'sales', read: true, write: true, create: true },
      { model: 'sale.order', group: 'sales', read: true, write: true, create: true },
      { model: 'sale.order.line', group: 'sales', ...everything },
      { model: 'account.invoice', group: 'sales', read: true },

      { model: 'hr.employee', group: 'hr', read: true, write: true, create: true },

      ...companyModels.map(model => ({ model, group: 'auditors', read: true })),
      ...companyModels.map(model => ({ model, group: 'admin', ...everything })),
    ],

    // Which records: salespeople have their own contacts and orders, and what belongs to those orders.
    rules: [
      { name: 'Own contacts', model: 'crm.partner', group: 'sales', domain: [['user_id', '=', caller]] },
      { name: 'Own orders', model: 'sale.order', group: 'sales', domain: [['user_id', '=', caller]] },
      {
        name: 'Lines of own orders',
        model: 'sale.order.line',
        group: 'sales',
        domain: [['order_id.user_id', '=', caller]],
      },
      {
        name: 'Invoices of own orders',
        model: 'account.invoice',
        group: 'sales',
        domain: [['order_id.user_id', '=', caller]],
      },
    ],

    // What AI clients may reach at all, whatever the lists above allow their users.
    permissions: [
      { model: 'crm.country', read: true },
      { model: 'crm.tag', read: true },
      { model: 'product.product', read: true },
      { model: 'crm.partner', read: true, write: true, create: true },
      { model: 'sale.order', read: true, write: true, create: true },
      { model: 'sale.order.line', ...everything },
      { model: 'account.invoice', read: true },
      { model: 'hr.employee', groups: ['hr', 'auditors'], read: true, write: true },
      ...companyModels.map(model => ({ model, groups: ['admin'], ...everything })),
    ],

    // Which fields are hidden, by class: personal data from all who do not work with it, money likewise.
    fields: [
      { classify: 'pii', except: ['sales', 'hr', 'admin'] },
      { classify: 'financial', except: ['hr', 'auditors', 'admin'] },
    ],
  },
});
