import { defineModel, field } from '../../../src/index.ts';

export const fieldRule = defineModel({
  name: 'security.field-rule',
  label: 'Field rule',
  description:
    'Fields that are hidden or masked, by name or by class, from everyone but some groups, or from some groups only.',
  watched: true,
  order: 'name',
  fields: {
    name: field.char({ required: true }),
    model: field.char({ index: true, help: 'Empty: every model.' }),
    fields: field.json({ help: 'A list of names. Empty: all that the class matches.' }),
    classify: field.selection({ options: { pii: 'Personal', phi: 'Health', financial: 'Financial' } }),
    except: field.many2many({ to: 'base.group', help: 'Groups that see them all the same.' }),
    mask: field.selection({
      options: {
        field: 'As the field says',
        all: 'Nothing is left',
        email: 'First character and domain',
        phone: 'Last two digits',
        last4: 'Last four characters',
        initials: 'Initials',
      },
      help: 'They are masked like this. Empty: they are hidden.',
    }),
    groups: field.many2many({ to: 'base.group', help: 'Only these groups are kept from them. Empty: everyone is.' }),
  },
});
