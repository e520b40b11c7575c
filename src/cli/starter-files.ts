/** What `init` writes, by path. */
export const starterFiles: Readonly<Record<string, string>> = {
  'mcp.config.ts': `import { defineConfig } from 'gatehouse';
import { contact } from './models/contact.ts';

/*
 * What this Gatehouse serves, and who may do what. Edits of the policies apply while it runs; other changes apply at the
 * next start. \`gatehouse doctor\` checks everything.
 */
export default defineConfig({
  server: {
    // How clients reach it, when that is not http://127.0.0.1:3000:
    // publicUrl: 'https://mcp.example.com',
    // Proxies in front of it whose X-Forwarded-For is believed:
    // trustedProxies: ['10.0.0.0/8'],
  },

  // One file, nothing to install. For production and several instances: a MongoDB URI, best from the environment
  // (GATEHOUSE_STORE), which is used when this line is left out.
  // store: 'sqlite:data/gatehouse.db',

  plugins: {
    // Users, groups, who may do what.
    base: {},
    // The tools that AI clients call: search, read, create, …
    records: {},
    // API keys, sessions, rate limits, permissions, the audit log.
    security: {},
  },

  models: [contact],

  policies: {
    // Beside security.user, security.manager and security.admin, which come with the plugins.
    groups: {
      staff: { label: 'Staff' },
    },

    // What a group may do with a model. What no line mentions is not allowed.
    access: [
      { model: 'crm.contact', group: 'staff', read: true, write: true, create: true },
      { model: 'crm.contact', group: 'security.admin', read: true, write: true, create: true, delete: true },
    ],

    // Which records of it. { user: 'id' } stands for the caller.
    rules: [
      { name: 'Own contacts', model: 'crm.contact', group: 'staff', domain: [['user_id', '=', { user: 'id' }]] },
      { name: 'All contacts', model: 'crm.contact', group: 'security.admin', domain: [] },
    ],

    // What AI clients may reach at all, whatever the lists above allow their users.
    permissions: [{ model: 'crm.contact', read: true, write: true, create: true }],

    // Fields that are hidden, here by class, from everyone but some groups.
    fields: [{ classify: 'pii', except: ['staff', 'security.admin'] }],
  },
});
`,
  'models/contact.ts': `import { defineModel, field } from 'gatehouse';

export const contact = defineModel({
  name: 'crm.contact',
  label: 'Contact',
  description: 'A person or company that we deal with.',
  fields: {
    name: field.char({ required: true, index: true, searchable: true }),
    email: field.char({ unique: true, classify: 'pii' }),
    phone: field.char({ classify: 'pii' }),
    city: field.char({ index: true, searchable: true }),
    birthday: field.date({ classify: 'pii' }),
    user_id: field.many2one({ to: 'base.user', label: 'Responsible', onDelete: 'clear' }),
    notes: field.text(),
  },
});
`,
  '.gitignore': 'data/\n',
};
