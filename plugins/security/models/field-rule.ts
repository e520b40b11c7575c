import { defineModel, field } from '../../../src/index.ts';

export const fieldRule = defineModel({
  name: 'security.field-rule',
  label: 'Field rule',
  description: 'Fields that are hidden, by name or by class, from everyone but some groups, or from some groups only.',
  watched: true,
  order: 'name',
  fields: {
    name: field.char({ required: true }),
    model: field.char({ index: true, help: 'Empty: every model.' }),
    fields: field.json({ help: 'A list of names. Empty: all that the class matches.' }),
    classify: field.selection({ options: { pii: 'Personal', phi: 'Health', financial: 'Financial' } }),
    except: field.many2many({ to: 'base.group', help: 'Groups that see them all the same.' }),
    groups: field.many2many({ to: 'base.group', help: 'Only these groups are kept from them. Empty: everyone is.' }),
  },
});
