import { defineConfig } from './src/index.ts';

/*
 * Who may do what at Tidewater Coffee Supply, the demo company. A call gets what every list below allows, and what no
 * line mentions is not allowed. An edit of the policies applies at once, without a restart.
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

/** Salespeople have some records of these, others have all. */
const ruledModels = ['crm.partner', 'sale.order', 'sale.order.line', 'account.invoice'];

/** The one who calls, as a value in a rule. */
const caller = { user: 'id' };

export default defineConfig({
  plugins: {
    base: {},
    records: {},
    security: {},
    metrics: {},
    webhooks: {},
    // People sign in from Claude or ChatGPT. Clients elsewhere than on this machine need an https `server.publicUrl`.
    oauth: {},
    demo: {},
  },

  policies: {
    // Beside security.user, security.manager and security.admin, which come with the security plugin.
    groups: {
      admin: { label: 'Administrators', implies: ['security.admin'] },
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
      { model: 'base.user', group: 'sales', read: true },

      { model: 'hr.employee', group: 'hr', read: true, write: true, create: true },

      ...[...companyModels, 'base.user'].map(model => ({ model, group: 'auditors', read: true })),
      ...companyModels.map(model => ({ model, group: 'admin', ...everything })),
    ],

    // Which records of a model. Once a model has rules for groups, whoever is in none of these groups sees no record.
    rules: [
      { name: 'Own contacts', model: 'crm.partner', group: 'sales', domain: [['user_id', '=', caller]] },
      { name: 'Own orders', model: 'sale.order', group: 'sales', domain: [['user_id', '=', caller]] },
      {
        name: 'Own order lines',
        model: 'sale.order.line',
        group: 'sales',
        domain: [['order_id.user_id', '=', caller]],
      },
      { name: 'Own invoices', model: 'account.invoice', group: 'sales', domain: [['order_id.user_id', '=', caller]] },
      { name: 'Oneself', model: 'base.user', group: 'sales', domain: [['id', '=', caller]] },

      { name: 'Auditors see all users', model: 'base.user', group: 'auditors', domain: [] },
      { name: 'Managers of Gatehouse see all users', model: 'base.user', group: 'security.manager', domain: [] },
      ...ruledModels.flatMap(model => [
        { name: `Auditors see all of ${model}`, model, group: 'auditors', domain: [], read: true },
        { name: `Admins have all of ${model}`, model, group: 'admin', domain: [] },
      ]),
    ],

    // What AI clients may reach, whatever else their users may do. A line without groups is for everyone.
    permissions: [
      { model: 'crm.country', read: true },
      { model: 'crm.tag', read: true },
      { model: 'product.product', read: true },
      { model: 'crm.partner', groups: ['sales', 'auditors'], read: true, write: true, create: true },
      { model: 'sale.order', groups: ['sales', 'auditors'], read: true, write: true, create: true },
      { model: 'sale.order.line', groups: ['sales', 'auditors'], ...everything },
      { model: 'account.invoice', groups: ['sales', 'auditors'], read: true },
      { model: 'base.user', groups: ['sales', 'auditors'], read: true },
      { model: 'hr.employee', groups: ['hr', 'auditors'], read: true, write: true },
      ...companyModels.map(model => ({ model, groups: ['admin'], ...everything })),
    ],

    // Fields that are hidden by their class, from everyone but those whose work they are.
    fields: [
      { classify: 'pii', except: ['sales', 'hr', 'admin'] },
      { classify: 'financial', except: ['hr', 'auditors', 'admin'] },
    ],
  },
});
