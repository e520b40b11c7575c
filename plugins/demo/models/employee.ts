import { defineModel, field } from '../../../src/index.ts';

export const employee = defineModel({
  name: 'hr.employee',
  label: 'Employee',
  description: 'Someone who works for us.',
  order: 'name',
  parent: 'manager_id',
  fields: {
    name: field.char({ required: true, index: true, searchable: true }),
    job: field.char({ required: true, label: 'Job title', searchable: true }),
    department: field.selection({
      index: true,
      required: true,
      options: {
        management: 'Management',
        sales: 'Sales',
        purchasing: 'Purchasing',
        roastery: 'Roastery',
        warehouse: 'Warehouse',
        service: 'Technical service',
        finance: 'Finance',
        hr: 'Human resources',
        it: 'IT',
      },
    }),
    manager_id: field.many2one({ to: 'hr.employee', label: 'Manager', onDelete: 'clear' }),
    reports: field.one2many({ to: 'hr.employee', inverse: 'manager_id', label: 'Direct reports' }),
    work_email: field.char({ label: 'E-mail at work', unique: true }),
    hired_on: field.date({ label: 'With us since' }),
    salary: field.monetary({ classify: 'financial', help: 'Gross, a year.' }),
    national_id: field.char({ label: 'National id', classify: 'pii', mask: 'last4' }),
    user_id: field.many2one({ to: 'base.user', label: 'User', onDelete: 'clear' }),
  },
});
