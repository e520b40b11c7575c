import { type AccessLayer, always, equals } from '../../../src/index.ts';

const model = 'security.api-key';
const manager = 'security.manager';

/**
 * Keys in the hands of whoever does not manage them: their own, and nothing in them to be written. A key that could
 * widen its own scopes would be no limit; what may be done with one, ending it, is not a field.
 */
export const ownKeysLayer: AccessLayer = {
  name: 'own keys',
  field: ({ principal, model: { name } }) => ({ read: true, write: name !== model || principal.groups.has(manager) }),
  rule: ({ principal, model: { name } }) =>
    name !== model || principal.groups.has(manager) ? always : equals('user', principal.user.id),
};
