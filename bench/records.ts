import { defineModel, field } from '../src/index.ts';

/** The model of the bench: what a contact looks like, nothing special. */
export const contact = defineModel({
  name: 'bench.contact',
  label: 'Contact',
  description: 'A person or company of the bench.',
  fields: {
    name: field.char({ required: true, index: true }),
    email: field.char({ classify: 'pii' }),
    city: field.char({ index: true }),
    street: field.char(),
    is_company: field.boolean(),
    employees: field.integer(),
    credit_limit: field.monetary(),
    since: field.date(),
  },
});

/** Contacts in a bench's store, unless said otherwise. */
export const contactCount = 10_000;

/** 24 hex digits. */
export function contactId(number: number): string {
  return (number + 1).toString(16).padStart(24, '0');
}

/** The values of contact `number`; the same on every server. */
export function contactValues(number: number) {
  return {
    name: `Contact ${number}`,
    email: `contact.${number}@example.com`,
    city: `City ${number % 997}`,
    street: `${number % 90} Main Street`,
    is_company: number % 5 === 0,
    employees: (number * 7919) % 5000,
    credit_limit: (number % 1000) * 100,
    since: `20${String(10 + (number % 15)).padStart(2, '0')}-0${1 + (number % 9)}-15`,
  };
}
